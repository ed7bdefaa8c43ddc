# A service standard inside an autoreply is still a promise.
say 2026-03-02 owner
say 2026-03-02 company autoreply autoreply acknowledgement
  promise company reply +3bd "We will answer within 3 working days."
at 2026-03-06
1 lapsed 2026-03-05
