"""The Classpulse server: Flask and Flask-SocketIO around a pure domain."""
