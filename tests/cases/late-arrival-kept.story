# The mail that says it was done was there before the promise.
say 2026-03-08 company
  done "Your refund has been paid."
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
at 2026-03-20
1 kept 2026-03-09
# A mail from before the promise keeps nothing.
say 2026-03-15 company
  promise company repair 2026-03-25 "We will repair the boiler by 25 March."
say 2026-03-12 company
  done "Your boiler has been repaired."
at 2026-03-20
2 open 2026-03-25
