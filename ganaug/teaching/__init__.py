"""Labels by a teacher: what models that learnt from real rows say of synthetic ones, for a student to learn from."""
