# A later message sets a new date, twice; in the end it is kept, in time.
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
say 2026-03-10 company delay
  promise company refund +14d "Your refund will reach you within 14 days."
at 2026-03-11
1 slipped to=2
2 open 2026-03-24 slips=1 of=1
say 2026-03-25 company apology delay
  promise company refund +7d "You will have your refund within 7 days."
say 2026-03-28 company
  done "Your refund has been sent."
at 2026-04-20
1 slipped
2 slipped slips=1 to=3
3 kept 2026-04-01 slips=2 of=2
total 3
