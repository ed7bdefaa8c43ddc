# While the company waits for the owner, its clock is shown as paused.
say 2026-03-02 company
  promise company refund +5bd "We will refund you within 5 working days."
say 2026-03-04 company information_request
at 2026-03-20
1 paused 2026-03-09
say 2026-03-21 owner
at 2026-03-22
1 lapsed 2026-03-09
