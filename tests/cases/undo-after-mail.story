# What later mail has changed cannot be undone over it.
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
at 2026-03-03
due 1 2026-03-20
1 open 2026-03-20
say 2026-03-06 company
  done "Your refund has been paid."
at 2026-03-30
undo
refused
1 kept 2026-03-20
