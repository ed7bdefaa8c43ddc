# A day that the owner set is not computed again.
say 2026-04-01 company
  promise company refund +3bd "We will refund you within 3 working days."
at 2026-04-02
due 1 2026-04-20
1 open 2026-04-20
recompute
1 open 2026-04-20
undo
1 open 2026-04-08
