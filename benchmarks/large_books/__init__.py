"""Large books for benchmarks."""
