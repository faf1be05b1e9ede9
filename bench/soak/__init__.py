"""Half an hour of lessons while the server's parts are killed, stopped and paused: `make soak`."""
