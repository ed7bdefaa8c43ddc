# Done after its day: late, not kept.
say 2026-03-02 company
  promise company repair +5bd "Our engineer will repair the line within 5 working days."
say 2026-03-12 company
  done "The engineer has repaired your line."
at 2026-03-20
1 late 2026-03-09
