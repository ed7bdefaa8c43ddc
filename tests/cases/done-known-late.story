# What was done keeps what was promised about it, and is no answer to another
# promise; also when the promise that it is about comes late.
say 2026-02-13 company
  promise company reply +14d "We will write to you within 14 days."
say 2026-02-20 company resolution
> Our technician has repaired the pedal today.
done "Our technician has repaired the pedal today."
at 2026-02-21
1 kept 2026-02-27
say 2026-02-07 company
  promise company repair +10bd "A technician will repair the pedal within 10 working days."
at 2026-02-21
2 kept 2026-02-20
1 open 2026-02-27
total 2
