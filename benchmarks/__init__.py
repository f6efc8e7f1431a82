"""Measures what the README quotes. Medians and ratios of one sitting: machines differ, ratios less so."""
