"""What all applications of an embedding layer share: configs, runs, tables, stored models."""
