"""The samples hold texts of real people and are no part of the project: without their folder these tests do not exist."""

import os

collect_ignore = (
    []
    if os.environ.get("GROUNDSWELL_SAMPLES")
    else ["test_real_answers.py", "test_real_files.py", "test_real_fields.py", "test_real_folder.py"]
)
