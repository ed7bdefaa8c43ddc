# The mail with the date comes after the one that only said it again, and a
# third goes between two that are known.
say 2026-03-06 company
  promise company refund - "We will refund you."
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
at 2026-03-08
1 open 2026-03-09 slips=0
total 1
say 2026-03-20 company
  promise company refund +7d "We will refund you within 7 days."
say 2026-03-10 company
  promise company refund +7d "The refund will take 7 more days."
at 2026-03-21
1 slipped 2026-03-09 to=3
3 slipped 2026-03-17 slips=1 of=1 to=2
2 open 2026-03-27 slips=2 of=3
# and one that tells that the first was kept in time
say 2026-03-08 company
  done "Your refund has been sent."
1 kept 2026-03-09 to=0
3 slipped 2026-03-17 slips=0 of=0 to=2
2 open 2026-03-27 slips=1
