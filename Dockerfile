# The pages' scripts, bundled by Node, which serving does without.
FROM node:20-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY web web
RUN npm run build

FROM python:3.11-slim
WORKDIR /app
ENV PYTHONUNBUFFERED=1
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY gunicorn.conf.py pyproject.toml ./
COPY server server
COPY web/templates web/templates
# All of it from there: a compressed copy is sent only while it has the time of its file.
COPY --from=pages /app/web/static web/static
COPY --from=pages /app/web/translations web/translations
USER nobody
EXPOSE 8000
CMD ["gunicorn", "server.wsgi:app"]
