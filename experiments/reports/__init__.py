"""What came of it, in tables and words, with the doubt it deserves; and how far it is."""
