# What the owner owes is kept by the owner's mail: papers by an attachment.
say 2026-03-02 company information_request
  deadline customer provide +14d "Please send us the receipt within 14 days."
  deadline customer reply +14d "Reply within 14 days if you disagree."
at 2026-03-03
1 open 2026-03-16
2 open 2026-03-16
say 2026-03-05 owner
at 2026-03-06
1 open 2026-03-16
2 kept 2026-03-16
say 2026-03-07 owner attachment
at 2026-03-20
1 kept 2026-03-16
