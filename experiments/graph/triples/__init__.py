"""Link prediction in knowledge graphs: which entity stands at the other end of a relation."""
