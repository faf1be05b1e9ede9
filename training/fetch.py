"""Download FER-2013 from Kaggle, with the user's own account, through Kaggle's client library."""

from __future__ import annotations

import io
import logging
import os
import sys
import zlib
from contextlib import redirect_stdout
from pathlib import Path
from zipfile import BadZipFile

import requests

if not sys.stderr.isatty():
    os.environ["TQDM_DISABLE"] = "1"  # no progress bar in a log; read when tqdm is imported

import kagglehub
from kagglehub.config import get_kaggle_credentials
from kagglehub.exceptions import DataCorruptionError

from training.errors import TrainingError
from training.files import new_folder

DATASET = "msambare/fer2013"
PAGE = f"https://www.kaggle.com/datasets/{DATASET}"
TOKENS = "https://www.kaggle.com/settings"
BY_HAND = f"download {PAGE} by hand and give it to `prepare --source`"


def fetch(to: Path) -> bool:
    """Download the images into the folder `to`; False if they were there already.

    Raises TrainingError if there are no credentials, if Kaggle cannot be reached or refuses, if
    what it sends is not FER-2013, or if `to` cannot be written. Then nothing appears at `to`.
    """
    if to.is_file() or (to / "train").is_dir():
        return False
    _require_credentials()
    with new_folder(to, "train") as folder:
        _download(folder)
        if not all((folder / part).is_dir() for part in ("train", "test")):
            raise TrainingError(f"what Kaggle sent has no folders train and test: {BY_HAND}")
    return True


def _require_credentials() -> None:
    try:
        credentials = get_kaggle_credentials()
    except (OSError, ValueError) as error:
        raise TrainingError(f"the Kaggle credentials cannot be read: {error}") from error
    if credentials is None:
        raise TrainingError(
            f"no Kaggle credentials: make a token at {TOKENS} and set KAGGLE_API_TOKEN to it, or "
            "save it as ~/.kaggle/access_token (an older kaggle.json there, or KAGGLE_USERNAME "
            f"with KAGGLE_KEY, will also do); or {BY_HAND}"
        )


def _download(folder: Path) -> None:
    logging.getLogger("kagglehub").setLevel(logging.ERROR)
    # Inside their notebooks, Kaggle and Colab would mount the data set at a place of their own.
    os.environ |= {"DISABLE_KAGGLE_CACHE": "1", "DISABLE_COLAB_CACHE": "1"}
    try:
        with redirect_stdout(io.StringIO()):  # its advice to upgrade: the version is pinned
            kagglehub.dataset_download(DATASET, output_dir=str(folder))
    except requests.RequestException as error:
        if error.response is not None:
            raise TrainingError(_explain(error.response)) from error
        raise TrainingError(
            f"Kaggle cannot be reached, or broke off ({type(error).__name__}): "
            f"check the network, or {BY_HAND}"
        ) from error
    except (DataCorruptionError, BadZipFile, EOFError, ValueError, zlib.error) as error:
        raise TrainingError(f"what Kaggle sent is damaged: fetch it again, or {BY_HAND}") from error


def _explain(response: requests.Response) -> str:
    status = response.status_code
    if status in {401, 403}:
        return f"Kaggle refuses the credentials ({status}): make a new token at {TOKENS}"
    if status == 404:
        return f"Kaggle has no data set {DATASET} any more (404)"
    return f"Kaggle answers {status} {response.reason}: try again later, or {BY_HAND}"
