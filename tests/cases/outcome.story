# A decision ends an investigation.
say 2026-03-02 company acknowledgement
  promise company investigate +8w "We will look into it within eight weeks."
say 2026-03-20 company delay
at 2026-03-21
1 open 2026-04-27
say 2026-04-02 company final_response refusal
at 2026-05-30
1 kept 2026-04-27
