"""From a platform answer or a file to rows."""
