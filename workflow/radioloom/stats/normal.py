"""Quantiles of the standard normal distribution that intervals rest on."""

from __future__ import annotations

Z95 = 1.959963984540054  # 97.5 % quantile: half the width of a 95 % interval, in standard errors
QUARTILES = 1.3489795003921634  # distance of the quartiles, in standard deviations
