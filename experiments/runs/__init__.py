"""What lies in a workdir, and how it survives."""
