"""The whole process on one screen: the ways of an idea, an award and a document, as stages and transitions, and who must differ.

What is not in a table is refused. `-` is nothing. `workflows/process/ways.py` says what each column means and reads the rows.
"""

IDEA_STAGES = """
stage                awaits      role         days            late                        kind     tone   reached   step    place
draft                submit      proposer     -               -                           draft    quiet  -         intake  main/0
submitted            -           -            -               -                           open     -      -         intake  main/1
awaiting_permission  permit      unit_head    permission      pass_up,intake.end_silence  open     -      -         intake  main/2
screening            screen      secretariat  screening       -                           open     -      -         intake  main/3
supplement_asked     supplement  proposer     supplement      intake.expire_supplement    open     waits  -         intake  left/3
in_review            score       reviewer     review          review.close_review         open     -      -         review  main/4
below_mark           recommend   chair        recommendation  -                           open     -      -         review  left/5.1
no_quorum            recommend   chair        recommendation  -                           open     -      -         review  right/5.1
shortlisted          recommend   chair        recommendation  -                           open     -      -         review  main/5.1
recommended          determine   leader       determination   -                           open     -      -         review  main/6.6
deferred             resume      secretariat  deferral        review.expire_deferral      decided  waits  -         review  left/6.6
determined           plan_pilot  secretariat  pilot_plan      pilot.start_pilot           open     -      -         pilot   main/7.6
in_pilot             measure     pilot_owner  -               -                           open     -      -         pilot   main/8.6
pilot_reported       verify      verifier     verdict         -                           open     -      -         pilot   main/9.6
rolled_out           -           -            -               -                           end      good   verified  reward  main/10.6
rejected             -           -            retention       review.close_rejected       decided  no     -         -       right/6.6
stopped              -           -            -               -                           end      no     -         pilot   right/9.6
withdrawn            -           -            -               -                           end      over   -         -       -
closed               -           -            -               -                           end      over   -         -       right/2
"""

IDEA_TRANSITIONS = """
stage                action           outcome       target               who          relation  reason  guards                                                             code                   jobs                                                milestone  readers
-                    draft            -             draft                proposer     any       -+      call_open,may_propose                                              -                      -                                                   -          all
draft                revise           -             -                    proposer     lead      -+      -                                                                  -                      -                                                   -          all
draft                agree            joined        -                    proposer     asked     0+      free_to_join                                                       -                      -                                                   -          all
draft                agree            not_joined    -                    proposer     asked     0+      -                                                                  -                      -                                                   -          all
draft                leave_out        -             -                    proposer     lead      -+      unanswered                                                         -                      -                                                   -          all
draft                submit           -             submitted            proposer     lead      -+      window,has_category,answered,eligible,within_quota                 -                      intake.route,recognition.number_receipt             -          all
draft                withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      -                                                   -          all
submitted            withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
submitted            route            permission    awaiting_permission  FLOW         any       -+      permission,gates                                                   -                      -                                                   -          all
submitted            route            screening     screening            FLOW         any       -+      gates                                                              -                      -                                                   -          all
submitted            tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
awaiting_permission  permit           granted       screening            unit_head    scope     0       apart,gates                                                        -                      recognition.tell_team                               -          all
awaiting_permission  permit           refused       closed               unit_head    scope     10      apart,gates                                                        permission_refused     recognition.number_rejection                        -          all
awaiting_permission  permit           granted       screening            secretariat  scope     0       apart,passed_up,gates                                              -                      recognition.tell_team                               -          all
awaiting_permission  permit           refused       closed               secretariat  scope     10      apart,passed_up,gates                                              permission_refused     recognition.number_rejection                        -          all
awaiting_permission  permit           granted       screening            admin        scope     0       apart,passed_up,gates                                              -                      recognition.tell_team                               -          all
awaiting_permission  permit           refused       closed               admin        scope     10      apart,passed_up,gates                                              permission_refused     recognition.number_rejection                        -          all
awaiting_permission  regroup          screening     screening            FLOW         any       -+      gates                                                              -                      -                                                   -          all
awaiting_permission  merge            -             closed               FLOW         any       -+      unsealed,gates                                                     merged                 -                                                   -          all
awaiting_permission  expire           granted       screening            FLOW         any       -+      overdue,silence_grants,silent,gates                                -                      recognition.tell_team                               -          all
awaiting_permission  expire           refused       closed               FLOW         any       -+      overdue,silence_refuses,silent,gates                               permission_unanswered  recognition.number_rejection,recognition.tell_team  -          all
awaiting_permission  tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
awaiting_permission  withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
screening            unseal           -             screening            FLOW         any       -+      unsealed                                                           -                      -                                                   -          all
screening            screen           accepted      in_review            secretariat  scope     0+      apart,unsealed,gates,still_eligible                                -                      review.assign,recognition.tell_team                 screened   all
screening            screen           returned      supplement_asked     secretariat  scope     0+      apart,unsealed,gates                                               -                      recognition.tell_team                               -          all
screening            screen           duplicate     closed               secretariat  scope     10+     apart,unsealed,gates                                               duplicate              recognition.tell_team                               -          all
screening            screen           rejected      rejected             secretariat  scope     10+     apart,unsealed,gates                                               requirements_not_met   recognition.number_rejection                        -          all
screening            regroup          permission    awaiting_permission  FLOW         any       -+      permission,gates                                                   -                      -                                                   -          all
screening            merge            -             closed               FLOW         any       -+      unsealed,gates                                                     merged                 -                                                   -          all
screening            transfer         -             screening            FLOW         any       -+      unsealed,gates                                                     -                      -                                                   -          all
screening            transfer         permission    awaiting_permission  FLOW         any       -+      unsealed,permission,gates                                          -                      -                                                   -          all
screening            tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
screening            withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
supplement_asked     revise           -             -                    proposer     lead      -+      gates                                                              -                      -                                                   -          all
supplement_asked     agree            joined        -                    proposer     asked     0+      free_to_join                                                       -                      -                                                   -          all
supplement_asked     agree            not_joined    -                    proposer     asked     0+      -                                                                  -                      -                                                   -          all
supplement_asked     leave_out        -             -                    proposer     lead      -+      unanswered                                                         -                      -                                                   -          all
supplement_asked     supplement       -             screening            proposer     lead      -+      gates,answered,eligible,as_permitted                               -                      -                                                   -          all
supplement_asked     supplement       permission    awaiting_permission  proposer     lead      -+      gates,answered,eligible,permission,not_as_permitted                -                      -                                                   -          all
supplement_asked     expire           -             closed               FLOW         any       -+      overdue,last_notice                                                supplement_unanswered  recognition.tell_team                               -          all
supplement_asked     postpone         -             -                    FLOW         any       -+      overdue,no_last_notice                                             -                      recognition.tell_new_date                           -          all
supplement_asked     merge            -             closed               FLOW         any       -+      unsealed,gates                                                     merged                 -                                                   -          all
supplement_asked     tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
supplement_asked     withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
in_review            assign           -             -                    secretariat  scope     -+      reviewers_left                                                     -                      -                                                   -          committee
in_review            assign           -             -                    FLOW         any       -+      reviewers_left                                                     -                      -                                                   -          committee
in_review            seek_reviewers   -             -                    FLOW         any       -+      -                                                                  -                      -                                                   -          committee
in_review            score            -             -                    reviewer     assigned  -+      apart,not_superior                                                 -                      review.close_review                                 -          committee
in_review            recuse           -             -                    reviewer     assigned  5+      -                                                                  -                      review.assign,review.close_review                   -          committee
in_review            close_review     passed        shortlisted          FLOW         any       -+      quorum,gates                                                       -                      review.draft_recommend                              scored     decided
in_review            close_review     below_mark    below_mark           FLOW         any       -+      quorum,gates                                                       -                      review.draft_recommend                              -          decided
in_review            close_review     no_quorum     no_quorum            FLOW         any       -+      no_quorum,gates                                                    -                      -                                                   -          decided
in_review            prolong          -             -                    FLOW         any       -+      no_quorum                                                          -                      recognition.tell_new_date                           -          all
in_review            tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
in_review            withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
shortlisted          draft_recommend  -             -                    FLOW         any       -+      -                                                                  -                      -                                                   -          committee
below_mark           draft_recommend  -             -                    FLOW         any       -+      -                                                                  -                      -                                                   -          committee
shortlisted          recommend        feasible      recommended          chair        scope     10      apart,gates                                                        -                      -                                                   advised    decided
shortlisted          recommend        not_feasible  recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
shortlisted          recommend        deferred      recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
below_mark           recommend        not_feasible  recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
below_mark           recommend        deferred      recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
no_quorum            recommend        not_feasible  recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
no_quorum            recommend        deferred      recommended          chair        scope     10      apart,gates                                                        -                      -                                                   -          decided
shortlisted          tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
shortlisted          withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
below_mark           tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
below_mark           withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
no_quorum            tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
no_quorum            withdraw         -             withdrawn            proposer     lead      0       -                                                                  -                      recognition.tell_team                               -          all
recommended          determine        adopted       determined           leader       scope     0+      apart,scored,gates                                                 -                      pilot.roll_out,intake.watch,recognition.tell_team   adopted    all
recommended          determine        deferred      deferred             leader       scope     10+     apart,gates                                                        determined_deferred    recognition.tell_team                               -          all
recommended          determine        rejected      rejected             leader       scope     10+     apart,gates                                                        determined_rejected    recognition.number_rejection                        -          all
recommended          tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
deferred             resume           passed        shortlisted          secretariat  scope     5+      gates,passed                                                       -                      recognition.tell_team                               -          all
deferred             resume           below_mark    below_mark           secretariat  scope     5+      gates,not_passed                                                   -                      recognition.tell_team                               -          all
deferred             resume           unscored      in_review            secretariat  scope     5+      gates,unscored                                                     -                      review.assign,recognition.tell_team                 -          all
deferred             expire           -             closed               FLOW         any       -+      overdue                                                            deferral_expired       recognition.tell_team                               -          all
determined           plan_pilot       -             -                    secretariat  scope     -+      has_pilot                                                          -                      pilot.start_pilot                                   -          all
determined           start_pilot      -             in_pilot             FLOW         any       -+      has_pilot,gates                                                    -                      recognition.tell_team                               -          all
determined           roll_out         -             rolled_out           FLOW         any       -+      has_no_pilot,gates                                                 -                      reward.draft_award,recognition.tell_team            in_use     all
determined           tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
in_pilot             measure          -             -                    pilot_owner  assigned  -+      apart                                                              -                      -                                                   -          all
in_pilot             correct          -             -                    pilot_owner  assigned  10+     has_reading                                                        -                      -                                                   -          all
in_pilot             conclude         -             pilot_reported       pilot_owner  assigned  20+     apart,measured,pilot_days,gates                                    -                      pilot.compute_result                                -          all
in_pilot             tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
pilot_reported       compute_result   -             -                    FLOW         any       -+      -                                                                  -                      -                                                   -          all
pilot_reported       verify           roll_out      rolled_out           verifier     scope     10+     apart,not_below_owner,gates                                        -                      reward.draft_award,recognition.tell_team            in_use     all
pilot_reported       verify           extend        in_pilot             verifier     scope     10+     apart,not_below_owner,gates                                        -                      recognition.tell_team                               -          all
pilot_reported       verify           stop          stopped              verifier     scope     10+     apart,not_below_owner,gates                                        pilot_stopped          recognition.tell_team                               -          all
pilot_reported       tell_late        -             -                    FLOW         any       -+      new_date                                                           -                      recognition.tell_new_date                           -          all
rejected             reopen           -             screening            secretariat  scope     10+     apart,other_hand,kept,unclaimed,not_archived,still_eligible,gates  -                      recognition.tell_team                               -          all
rejected             close            -             closed               FLOW         any       -+      overdue,gates                                                      =                      recognition.tell_team                               -          all
closed               separate         permission    awaiting_permission  FLOW         any       -+      -                                                                  -                      -                                                   -          all
closed               separate         screening     screening            FLOW         any       -+      -                                                                  -                      -                                                   -          all
closed               separate         supplement    supplement_asked     FLOW         any       -+      -                                                                  -                      -                                                   -          all
"""

AWARD_STAGES = """
stage      awaits    role    days      late             kind  tone  reached  step         place
proposed   approve   leader  approval  -                open  -     -        reward       award/6
approved   schedule  leader  approval  -                open  -     -        reward       award/7
scheduled  -         -       -         reward.announce  open  -     -        reward       award/8
announced  -         -       -         -                end   good  given    recognition  award/9
declined   -         -       -         -                end   no    -        reward       far/6
revoked    -         -       -         -                end   no    -        reward       award/10.4
"""

AWARD_TRANSITIONS = """
stage      action    outcome   target     who          relation  reason  guards                                                  code  jobs                               milestone  readers
-          propose   -         proposed   secretariat  scope     -+      earned,no_award,scored,entry_over,apart,still_eligible  -     -                                  -          preparers
-          propose   -         proposed   FLOW         any       -+      earned,no_award,scored,entry_over,still_eligible        -     -                                  -          preparers
proposed   approve   approved  approved   leader       scope     -+      apart,still_earned,recomputes,within_ceiling            -     -                                  -          preparers
proposed   approve   declined  declined   leader       scope     10+     apart                                                   -     -                                  -          preparers
approved   schedule  -         scheduled  leader       scope     -+      still_earned,recomputes                                 -     -                                  -          preparers
approved   return    -         proposed   FLOW         any       -+      flawed                                                  -     -                                  -          preparers
scheduled  schedule  -         scheduled  leader       scope     -+      still_earned,recomputes                                 -     -                                  -          preparers
scheduled  return    -         proposed   FLOW         any       -+      flawed                                                  -     -                                  -          preparers
scheduled  announce  -         announced  FLOW         any       -+      hour_struck,still_earned,recomputes                     -     recognition.number_certificates    -          announced
approved   revoke    -         revoked    leader       scope     10+     -                                                       -     recognition.withdraw_certificates  -          announced
scheduled  revoke    -         revoked    leader       scope     10+     -                                                       -     recognition.withdraw_certificates  -          announced
announced  revoke    -         revoked    leader       scope     10+     -                                                       -     recognition.withdraw_certificates  -          announced
"""

DOCUMENT_STAGES = """
stage     awaits  role  days  late  kind  tone  reached  step         place
numbered  -       -     -     -     open  -     -        recognition  document/1
issued    -       -     -     -     end   -     -        recognition  document/2
revoked   -       -     -     -     end   no    -        recognition  document/3
"""

DOCUMENT_TRANSITIONS = """
stage     action  outcome  target    who          relation  reason  guards  code  jobs                        milestone  readers
-         number  -        numbered  FLOW         any       -+      -       -     recognition.issue_document  -          -
-         number  -        numbered  secretariat  scope     -+      -       -     recognition.issue_document  -          -
-         number  -        numbered  leader       scope     -+      -       -     recognition.issue_document  -          -
-         number  -        numbered  auditor      scope     -+      -       -     recognition.issue_document  -          -
-         number  -        numbered  admin        scope     -+      -       -     recognition.issue_document  -          -
numbered  issue   -        issued    FLOW         any       -+      -       -     recognition.send_document   -          -
revoked   issue   -        -         FLOW         any       -+      -       -     recognition.send_document   -          -
issued    send    -        -         FLOW         any       -+      -       -     -                           -          -
revoked   send    -        -         FLOW         any       -+      -       -     -                           -          -
numbered  revoke  -        revoked   FLOW         any       -+      -       -     -                           -          -
issued    revoke  -        revoked   FLOW         any       -+      -       -     recognition.tell_withdrawn  -          -
"""

# The jobs that follow from what no single transition says: somebody is asked by name, and told at once; somebody is of a team no more,
# and is told; an idea leaves a stage from which its policy awards, so that its award is looked at again; a sealed call is over, so that
# each idea that waited is put before its office; the head of a unit was silent, and the rule of the call settled what they were asked.
JOBS = """
event              job
asked_in_person    recognition.send_digest
dropped_from_team  recognition.tell_dropped
award_may_be_lost  reward.recheck_award
call_unsealed      intake.unseal
head_was_silent    recognition.tell_head
"""

# Which two duties on one idea one person may have: never (`apart`), only where the call's policy says so (`policy`), or always (`-`).
# A duty is borne by whoever took one of its steps, whatever came of it; that of proposing by the team, that of the pilot by its owner.
DUTIES = """
duty           steps             propose  permit  screen  score  recommend  determine  own    verify  propose_award
propose        -                 .        .       .       .      .          .          .      .       .
permit         permit            apart    .       .       .      .          .          .      .       .
screen         screen,reopen     apart    policy  .       .      .          .          .      .       .
score          score             apart    apart   apart   .      .          .          .      .       .
recommend      recommend         apart    apart   apart   apart  .          .          .      .       .
determine      determine         apart    policy  apart   apart  apart      .          .      .       .
own            measure,conclude  apart    apart   apart   apart  apart      apart      .      .       .
verify         verify            apart    apart   apart   apart  apart      apart      apart  .       .
propose_award  award_propose     apart    apart   -       -      -          -          -      -       .
approve        award_approve     apart    policy  apart   apart  apart      policy     apart  apart   apart
"""
