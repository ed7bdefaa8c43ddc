# No mail pays a bill or makes a telephone call.
say 2026-03-02 company
  deadline customer pay 2026-03-16 "Payment is due by 16 March."
  promise company call 2026-03-05 "I will ring you on 5 March."
say 2026-03-04 owner attachment
say 2026-03-05 company offer
at 2026-03-17
1 lapsed 2026-03-16
2 lapsed 2026-03-05
keep 2 2026-03-05
at 2026-03-18
2 kept 2026-03-05
