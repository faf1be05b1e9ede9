"""Programs that no user runs: benchmarks, the soak test, screenshots; `make test-tools`."""
