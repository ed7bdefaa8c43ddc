# The owner chases, with a deadline of their own: no clock of the company
# moves.  The autoreply to it, with a new date, moves none either.
say 2026-03-02 company
  promise company reply +5bd "We will reply within 5 working days."
say 2026-03-11 owner
  deadline company reply +7d "I expect an answer within 7 days."
say 2026-03-11 company autoreply acknowledgement
  promise company reply +3bd "We aim to answer within 3 working days."
at 2026-03-12
1 lapsed 2026-03-09
2 open 2026-03-18
total 2
say 2026-03-15 owner
  deadline company reply +7d "This is my last request; answer within 7 days."
at 2026-03-16
1 lapsed 2026-03-09
2 open 2026-03-18
3 open 2026-03-22
