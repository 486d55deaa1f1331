"""What a spreadsheet would run instead of showing it."""

# What begins a formula or a command, also in full width; the apostrophe itself, so that it can be taken away again.
GUARDED = r"^['=+\-@\t\r\n＝＋－＠]"
