# A stranger's mail settles nothing and moves no clock.
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
say 2026-03-04 other
  promise company refund +60d "We will refund you within 60 days."
say 2026-03-05 other
  done "Your refund has been paid."
at 2026-03-20
1 lapsed 2026-03-09 to=0
2 open 2026-05-03
