"""Prediction of an outcome: outcomes, models, selectors of features, metrics."""
