"""The report of each class that ends, sent to the operator's own address.

As Standard Webhooks 1.0 (standardwebhooks.com) specifies: a signed POST, sent again until it is
answered with success. What has to be sent waits in the database, whatever happens to a process.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import random
import urllib.request
from http.client import HTTPException

from gevent import Timeout
from gevent.pool import Pool

from server.domain.labels import SHIPPED, Labels
from server.domain.report import make_report
from server.ops.clock import Clock
from server.ops.metrics import Metrics
from server.storage.store import ClassStore, StoreError

PATIENCE = 10.0  # seconds for an answer, all of it
AT_ONCE = 20  # reports: one that is taken in slowly holds up no other
FIRST_PAUSE = 10.0  # seconds; then as long again as has passed since the end of the class
LONGEST_PAUSE = 60 * 60.0
GIVE_UP = 24 * 60 * 60.0  # seconds after the end of the class

log = logging.getLogger(__name__)


class Webhook:
    """key: what is signed with; keeps: a class stays in the store when its report is sent."""

    def __init__(
        self,
        url: str,
        key: bytes,
        store: ClassStore,
        keeps: bool,
        clock: Clock,
        metrics: Metrics,
        labels: Labels = SHIPPED,
    ) -> None:
        self._url = url
        self._key = key
        self._store = store
        self._keeps = keeps
        self._clock = clock
        self._metrics = metrics
        self._labels = labels
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._deliveries = Pool(AT_ONCE)

    def deliver(self) -> None:
        """Begin to send the reports that are due. Raises StoreError."""
        while self._deliveries.wait_available() and (code := self._claim()) is not None:
            self._deliveries.spawn(self._try, code)

    def _claim(self) -> str | None:
        # Put off before it is tried: no other process tries meanwhile, and after a crash one does.
        now = self._clock.wall()
        return self._store.claim_due_report(now, now + PATIENCE + FIRST_PAUSE)

    def _try(self, code: str) -> None:
        try:
            self._deliver(code)
        except StoreError as error:  # it is due again
            self._metrics.error("store")
            log.warning("the database is away: %s", error)

    def _deliver(self, code: str) -> None:
        session = self._store.find_class(code)
        now = self._clock.wall()
        if session is None or session.ended_at is None:
            return self._store.forget_due_report(code)
        points, markers = self._store.points(code), self._store.markers(code)
        report = make_report(session, points, markers, now, self._labels)
        body = {"type": "class.ended", "timestamp": session.ended_at, "data": report.to_dict()}
        if not self._post(f"{code}-{session.created_at:.0f}", int(now), json.dumps(body).encode()):
            age = now - session.ended_at
            if age < GIVE_UP:
                pause = min(max(age, FIRST_PAUSE), LONGEST_PAUSE) * random.uniform(0.8, 1.2)
                return self._store.put_off_due_report(code, now + pause)
            log.error("a report could not be sent for a day and is given up")
        self._store.forget_due_report(code)
        if not self._keeps:
            self._store.delete_class(code)

    def _post(self, message: str, timestamp: int, body: bytes) -> bool:
        signed = f"{message}.{timestamp}.".encode() + body
        signature = base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
        request = urllib.request.Request(
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Webhook-Id": message,
                "Webhook-Timestamp": str(timestamp),
                "Webhook-Signature": f"v1,{signature}",
            },
        )
        timeout = Timeout(PATIENCE)
        try:
            with timeout, self._opener.open(request, timeout=PATIENCE):
                return True
        except (OSError, HTTPException, Timeout) as error:  # also all answers but success
            if isinstance(error, Timeout) and error is not timeout:
                raise
            self._metrics.error("webhook")
            log.warning("a report could not be sent: %s", error)
            return False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None  # which makes an error of it
