"""Patients by features without their outcome: consensus clustering, association rules, similar patients."""
