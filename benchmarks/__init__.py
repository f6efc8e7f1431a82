"""Measures the figures in the README. Ratios of one run compare better between machines than medians."""
