"""What the texts say and how the campaign spreads, computed from what was collected."""
