"""Programs that no user runs: benchmarks, the soak test, pictures; `make test-tools`."""
