# Good Friday and Easter Monday are no working days in England; another region
# moves the date, and undo brings it back.
say 2026-04-01 company
  promise company refund +3bd "We will refund you within 3 working days."
at 2026-04-02
1 open 2026-04-08
region none
recompute
1 open 2026-04-06
undo
recompute
1 open 2026-04-08
