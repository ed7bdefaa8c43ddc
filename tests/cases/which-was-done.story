# Two promises of one mail; what was done tells which is kept.
say 2026-03-02 company
  promise company deliver 2026-03-06 "The return label will be sent by 6 March."
  promise company refund 2026-03-20 "We will refund £79 by 20 March."
at 2026-03-03
total 2
say 2026-03-05 company
  done "The label has been sent."
at 2026-03-30
1 kept 2026-03-06
2 lapsed 2026-03-20
# What fits none keeps none: better one question too many.
say 2026-04-02 company
  done "Your address has been updated."
at 2026-04-03
2 lapsed 2026-03-20
