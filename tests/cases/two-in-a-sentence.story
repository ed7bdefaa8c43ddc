# One sentence can promise twice: each part has a date, and slips by itself.
say 2026-03-02 company
  promise company refund 2026-03-09 "We will refund 20 pounds by 9 March and 30 pounds by 16 March."
  promise company refund 2026-03-16 "We will refund 20 pounds by 9 March and 30 pounds by 16 March."
at 2026-03-10
1 lapsed 2026-03-09
2 open 2026-03-16
total 2
say 2026-03-11 company
  promise company refund 2026-03-23 "You will have the 30 pounds by 23 March."
at 2026-03-12
1 lapsed 2026-03-09
2 slipped 2026-03-16 to=3
3 open 2026-03-23
