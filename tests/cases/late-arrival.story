# Mail arrives out of order: the older promise comes after the newer one.
say 2026-03-10 company delay
  promise company refund +14d "Your refund will reach you within 14 days."
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
at 2026-03-11
1 open 2026-03-24 slips=1 of=2
2 slipped to=1
