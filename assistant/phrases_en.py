"""English."""

from __future__ import annotations

from assistant.phrases import Phrases

ENGLISH = Phrases(
    language="en",
    not_stated="not stated in sources",
    not_known="not known",
    nothing_found="**The library does not answer this.**",
    nothing_found_of="**The library does not answer this: {question}**",
    other_value="Another source gives another value:",
    recorded="I have recorded it as a gap.",
    unsettled="The sources do not answer this with a yes or a no; what they say:",
    closest="What the library says that comes closest:",
    which_is_meant="By {text}, do you mean {first} or {second}?",
    missing_name="Nothing in the library is about {name}.",
    missing_figure="No source in the library states this figure.",
    missing_kinds={
        "date": "No source says when.",
        "duration": "No source says for how long.",
        "person": "No source says who.",
        "place": "No source says where.",
        "reason": "No source says why.",
        "size": "No source states this measure.",
    },
    missing_fields="Not stated in the sources: {fields}.",
    other_language="The source is in Chinese; its own words are:",
    call_refused="the call did not fit the tool",
    tool_error="**{message}.** {hint}",
    found_passages="{n} passages",
    found_offers="{n} offers",
    found_dates="{n} dates with prices",
    found_programs="{n} programs",
    found_clusters="{n} rows of clusters",
    read_program="terms of {name}",
    estimated="estimate made",
    ask_which=(
        "**What is it about: a program, GPUs to rent, or a model to train?** Name it, for example "
        "Generate, 64 H100s for 2 weeks, or 7B on 2T tokens; I would assume H100s on demand."
    ),
    ask_anything=(
        "**Ask me how to get compute:** who gives startups GPUs and on what terms, what GPUs cost "
        "per hour, or what a training run would take."
    ),
    estimate_cost="That is about {cost} at {price} per GPU-hour ({source}).",
    asked="the price in your question",
    estimate_no_price="No price was given or found, so there is no cost.",
    for_reference="For reference, what others charge:",
    range_header="| | Low | Likely | High |",
    row_hours="GPU-hours",
    row_days="Days",
    row_cost="Cost at {price}/GPU-hour",
    assumed="Assumed: ",
    accepted="What was not told is assumed as said before.",
    changes_most="What would change this most:",
    changes="{name} from {low_input} to {high_input}: {at_low} to {at_high}",
    list_warning="List prices are those of their dates and say nothing about stock.",
    offers_lead="**Listed prices per {gpu}-hour: {spans}.**",
    versus_lead="**{word}Per GPU-hour {term} ({evidence}): {prices}.**",
    versus_from="{name} from {low}",
    versus_open="**No kind of price is known of each of these: {names}.**",
    versus_term="Term",
    offers_span="{low} to {high} {term}",
    offers_single="{low} {term}",
    offers_old="**No recent price for the {gpu} is listed; older or undated ones are below.**",
    offers_none="**No offer in the price list or the fund's inventory fits.**",
    offers_header="| Provider | GPU | Term | Price per GPU-hour | As of | Stock | Evidence |",
    offers_live="Live prices per {gpu}-hour: {spans}.",
    offers_now="**{n} {gpu} can be had now from {seller} at {price} per GPU-hour{place}.**",
    offers_now_unpriced=(
        "**{n} {gpu} can be had now from {seller}{place}; the price is not known.**"
    ),
    offers_place=" ({region})",
    offers_seen="Seen {when}.",
    offers_seen_ago="Seen {when}, {age} ago.",
    offers_pieces=(
        "**{free} {gpu} are free at {seller}, but in pieces: at most {block} on one node.**"
    ),
    offers_fewer=(
        "**No source that was asked has {n} {gpu} together now; the most that one row shows is "
        "{most}, at {seller}.**"
    ),
    offers_was="{seller} had them at {when}; whether it still has is not known.",
    offers_nobody="**Nobody who was asked is known to have the {gpu} free now.**",
    offers_not_asked=(
        "**Who has {n} {gpu} free now is not known: no live source answered. The prices below are "
        "lists of their dates.**"
    ),
    offers_nobody_so_many="**Nobody who was asked is known to have {n} {gpu} free now.**",
    offers_turn_on=(
        "These need no key: {names}; `compute-desk sources on {first}` turns one on, and it then "
        "learns what you ask for."
    ),
    offers_job="For {n} GPUs over {hours} hours {seller} would charge {total} ({evidence}).",
    offers_job_without="Not in this sum, because it is not known: {missing}.",
    offers_suspicious=(
        "{seller} names {price} for the {gpu}: a suspicious price, far from what is usual; it is "
        "not ranked."
    ),
    bill_unknown={
        "disk_price": "disk",
        "egress_price": "data that leaves",
        "ingress_price": "data that comes in",
        "restart_loss": "work lost when spot GPUs are taken away",
        "other_currency": "a part in another currency",
    },
    evidence={
        "live": "live",
        "recent": "recent",
        "list": "list price",
        "stale": "old",
        "suspicious": "suspicious",
    },
    china_lead="What dated sources say of it and China (no legal advice):",
    past_seen=(
        "Live prices of that day are what this desk saw when it asked on it; "
        "list prices are those dated on or before it."
    ),
    past_offers=(
        "What is offered live is known only for the present: for a past day there are "
        "the list prices that are dated on or before it."
    ),
    no_live=(
        "No live source answered: these are prices of the dates shown, "
        "and what is free right now is unknown."
    ),
    fund_stock="The fund's own inventory lists stock as staff last entered it.",
    more_offers="{n} offers fit in all; `compute-desk gpus` shows the rest.",
    history_of="{gpu}: {told}",
    history_live=(
        "**The middle live price per {gpu}-hour, {term}, was {first} on {first_day} and "
        "{last} on {last_day}.**"
    ),
    history_moves=(
        "**Prices of the {gpu} at the same seller, from the first date known to the "
        "last: {down} fell, {up} rose, {same} stayed the same.**"
    ),
    history_apart=(
        "**Dated prices of the {gpu} are known, but none of one seller on two dates: "
        "whether prices moved cannot be told.**"
    ),
    history_none="**No dated price of the {gpu} is known.**",
    history_header="| Seller | GPU | Price and term | First known | Last known |",
    history_cell="{price} ({day})",
    history_span="{low} to {high}",
    history_months="{term}, {n} months",
    history_series=(
        "{kind}, {term}: {dates} dates from {first_day} to {last_day}, {span} per GPU-hour"
    ),
    history_series_one="{kind}, {term}, {first_day}: {span} per GPU-hour",
    history_list_note=(
        "List prices are of different sellers on different dates: only two prices of one "
        "seller show a move, and nothing is filled in between dates."
    ),
    history_no_live=(
        "No live price has been kept yet; each day is kept once a live source is turned "
        "on (`compute-desk sources`)."
    ),
    history_unreadable="The file of kept prices cannot be read, so live prices are missing here.",
    history_suspicious="Suspicious prices left out: {n}.",
    history_undated="Prices without a date left out: {n}.",
    history_kinds={"live": "live", "list": "list price", "negotiated": "negotiated"},
    queue_now="**{n} {gpu} could start now at {cluster}.**",
    queue_by="**{n} {gpu} could start not later than {at} at {cluster}.**",
    queue_pieces=(
        "**{free} {gpu} are free at {cluster}, but in pieces: {whole} whole nodes of {node}, "
        "and at most {block} on one node.**"
    ),
    queue_unknown="**When {n} {gpu} could start at {cluster} is not known; {free} are free.**",
    queue_never="**{cluster} does not have what {n} {gpu} together need.**",
    queue_short="**{cluster} has {total} {gpu} in all, fewer than {n}.**",
    queue_free=(
        "**{free} of {total} {gpu} are free at {cluster}: {whole} whole nodes, "
        "at most {block} on one node.**"
    ),
    queue_somewhere=(
        "**{free} {gpu} are free at {cluster}; how they lie on its nodes is not known.**"
    ),
    queue_use="**{cluster} has {total} {gpu}; how many of them are free is not known.**",
    queue_no_cluster="**No cluster of the fund is set up on this desk.**",
    queue_set_up="Staff can turn one on with `compute-desk sources`.",
    queue_no_gpu="**None of the fund's clusters that were asked has a {gpu}.**",
    queue_failed="**The fund's clusters did not answer: what is free there is not known.**",
    queue_source="{name} could not be asked: {error}.",
    queue_past="**Clusters tell only of the present: what was free on a past day is not known.**",
    queue_stale="{cluster} was last seen at {when}: what is free there now is not known.",
    queue_seen="That was at {when}.",
    queue_header=(
        "| Cluster | GPU | Free | Whole nodes | Most on one node | Waiting | Start | As of |"
    ),
    queue_waiting="{jobs} jobs, {gpus} GPUs",
    queue_jobs="{jobs} jobs",
    queue_quota="The quota that your company draws on at {cluster} is {n} {gpu}; in use: {used}.",
    queue_place="The first of your company's waiting jobs at {cluster} has place {n} of {all}.",
    queue_condition=(
        "A latest start holds if jobs end at their limits, none of higher priority comes and no "
        "node fails."
    ),
    queue_no_quota="How much of this your company may use is not known.",
    queue_count="Tell me how many GPUs and for how long, and I can say when they could start.",
    queue_few=(
        "At {cluster} too few predictions have been checked ({n}) to tell how far off they are."
    ),
    queue_error={
        "need": (
            "Of this desk's earlier predictions at {cluster} {n} were checked: the median was "
            "{median}, the worst {worst}; {early} named a time that was too early."
        ),
        "job": (
            "Of the scheduler's predictions for waiting jobs at {cluster} {n} were checked: the "
            "median was {median}, the worst {worst}; {early} named a time that was too early."
        ),
    },
    queue_early="{time} early",
    queue_late="{time} late",
    starts={
        "now": "now",
        "not_later_than": "not later than {at}",
        "window": "{at} to {until}",
        "never": "never",
        "unknown": "not known",
    },
    start_methods={
        "arithmetic": "what is free was counted",
        "time limits": "by the limits of jobs",
        "sbatch --test-only": "the scheduler's own test",
    },
    list_lead={
        "investor": "**{n} investor programs are in the library.**",
        "cloud": "**{n} cloud credit programs are in the library.**",
        "vendor": "**{n} chip makers' programs are in the library.**",
        "broker": "**{n} kinds of brokers are in the library.**",
        "loan": "**{n} loans for compute are in the library.**",
        "deal": "**{n} investments tied to compute are in the library.**",
        "public": "**{n} public programs are in the library.**",
    },
    list_lead_one="**One is in the library.**",
    list_lead_any="**{n} programs that give compute are in the library.**",
    list_doubt_one="One is {doubt}.",
    list_doubt="{n} are {doubt}.",
    list_gpu="**These name the {gpu}: {names}.**",
    list_way="**Investors that are partners can get you into these: {names}.**",
    list_conditions={
        "no_equity": "no equity asked",
        "equity": "equity asked",
        "free": "free use or credits",
        "cheap": "below the market price",
        "credits_least": "credits of the sum asked for or more",
        "credits_most": "credits of the sum asked for or less",
        "credits_above": "credits above the sum asked for",
        "credits_below": "credits below the sum asked for",
    },
    list_meeting="**By what sources state, {conditions}: {names}.**",
    list_none_meets="**No source states this of a program: {conditions}.**",
    list_against="Sources state otherwise of: {names}.",
    list_unsaid="Sources do not say it of: {names}.",
    list_no_gpu="**No program's terms name the {gpu}.**",
    list_no_price="None states a price per GPU-hour.",
    list_header="| Program | What you get | Price | Who and what strings | As of |",
    more_programs="Also in the library: {names}.",
    unconfirmed="No source states the terms of: {names}.",
    doubts={"unconfirmed": "unconfirmed", "shrinking": "shrinking", "ended": "ended"},
    compare_lead="**{names} side by side:**",
    contest_lead="{winner} ({value}), ahead of {others}.",
    contest_level="{winner} ({value}) is level with {others}.",
    contest_other="{name} ({value})",
    contest_open="**The sources do not settle this: they do not state {attribute} of each.**",
    compare_field="Term",
    sides_lead="**{names}, as the sources tell of each:**",
    sides_field="Compared",
    sides_said="What the sources say",
    sides_above="told in the sentence above",
    side_value="{name}: {value}",
    side_between="; ",
    program_lead="**{name}** ({sponsor})",
    attributes={
        "offer": "what you get",
        "gpus": "GPUs",
        "gpu_hours": "GPU-hours",
        "credits": "credits",
        "price_basis": "price basis",
        "price_per_gpu_hour": "price per GPU-hour",
        "duration": "duration",
        "stage": "stage",
        "raised": "money raised",
        "portfolio": "portfolio",
        "region": "region",
        "age": "company age",
        "other_rules": "other conditions",
        "equity": "equity",
        "investment": "investment",
        "commitment": "commitment",
        "exclusivity": "exclusivity",
        "revenue_share": "revenue share",
        "other_strings": "other strings",
        "apply": "how to apply",
        "valid": "valid",
        "status": "status",
    },
    disagree="sources disagree",
    none_stated="Not stated in sources for any of them: {names}.",
    profile_fields={
        "stage": "stage",
        "raised": "money raised",
        "country": "country",
        "funds": "investors",
        "founded": "founded",
    },
    not_given="not given",
    verdicts={"eligible": "yes", "not_eligible": "no", "unknown": "cannot tell yet"},
    verdict_leads={
        "eligible": "**Yes: you meet every condition that the sources state for {name}.**",
        "not_eligible": "**No: {name} is not open to you, by what the sources state.**",
        "unknown": "**It cannot be told yet whether {name} is open to you.**",
    },
    no_way="No, not without it: ",
    shut_out="No, not as such a company: ",
    so_far="Yes, by what you tell so far; the rest is open: ",
    match_lead="**Of {n} programs, {eligible} are open to you by what the sources state.**",
    match_lead_one="**Of {n} programs, {eligible} is open to you by what the sources state.**",
    match_lead_none="**Of {n} programs, none is certainly open to you yet.**",
    match_by="For {unknown} it cannot be told yet; {not_eligible} are not open to you.",
    match_by_one="For {unknown} it cannot be told yet; {not_eligible} is not open to you.",
    match_profile="Judged by: {profile}.",
    match_ask=(
        "**Tell me your stage, money raised, country, investors and founding date, and I can say "
        "which of these are open to you.**"
    ),
    match_none_told="Nothing about your company is known yet.",
    match_header="| Program | Open to you | Why | As of |",
    match_closed="Not open to you:",
    match_silent="No source states who may apply to: {names}.",
    about_rule="{kind} ({marks})",
    and_more="and more",
    outcomes={"pass": "pass", "fail": "fail", "unknown": "unknown"},
    standings={"past": "no longer holds", "future": "does not hold yet"},
    usual="usual, not required",
    rule_kinds={
        "stage": "stage",
        "raised": "money raised",
        "portfolio": "investors",
        "region": "region",
        "age": "company age",
        "other": "condition",
        "words": "who may apply",
    },
    tell_me="To settle it, tell me: {missing}.",
    yes="yes",
    no="no",
    answer_with="Your own answers settle the rest: `compute-desk profile set {answers}` (or no).",
    remember_ask="**What should I keep: your stage, money raised, country, funds, or age?**",
    proposed="**I can keep this about your company; nothing is saved yet:**",
    approve_how="`compute-desk approve` shows it once more and saves it.",
    keep_profile="`compute-desk profile set stage=seed country=FR` keeps it for the next question.",
    as_of="{date}, {grade}",
    as_of_day="As of {day}, from what the library has of that time.",
    undated="undated",
    grades={
        "official": "official",
        "on_record": "on the record",
        "reported": "reported",
        "rumor": "rumor",
    },
    terms={
        "on_demand": "on demand",
        "spot": "spot",
        "capacity_block": "capacity block",
        "reserved": "reserved",
        "fund": "fund",
        "credits": "credits",
    },
    availability={
        "available": "available",
        "limited": "limited",
        "none": "none",
        "waitlist": "waitlist",
        "queued": "queued",
        "no_quota": "no quota",
        "not_entitled": "not entitled",
        "unknown": "unknown",
    },
    fields={
        "offer": "what you get",
        "price": "price",
        "duration": "duration",
        "eligibility": "who may apply",
        "strings": "strings",
        "investment": "investment",
        "apply": "how to apply",
        "status": "status",
        "background": "background",
        "caution": "caution",
    },
    basis=" ({grade}, {publisher}, {date})",
    comma=", ",
    stop=".",
)
