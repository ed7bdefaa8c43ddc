# A promise is made, and the company says that it was done.
say 2026-03-02 company
  promise company refund +5bd "We will refund you £40 within 5 working days."
at 2026-03-03
1 open 2026-03-09
at 2026-03-09
1 open 2026-03-09
at 2026-03-10
1 lapsed 2026-03-09
say 2026-03-06 company
  done "Your refund of £40 has been paid."
at 2026-03-20
1 kept 2026-03-09
total 1
