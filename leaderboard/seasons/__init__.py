"""What counts: seasons, units, divisions, targets, schemes, timetables."""
