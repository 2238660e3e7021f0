"""English."""

from __future__ import annotations

from assistant.phrases import Phrases

ENGLISH = Phrases(
    language="en",
    not_stated="not stated in sources",
    nothing_found="**The library does not answer this.**",
    recorded="I have recorded it as a gap for the staff.",
    closest="What the library says that comes closest:",
    missing_name="Nothing in the library is about {name}.",
    missing_figure="No source in the library states this figure.",
    missing_fields="Not stated in the sources: {fields}.",
    other_language="The source is in Chinese; its own words are:",
    call_refused="the call did not fit the tool",
    tool_error="**{message}.** {hint}",
    found_passages="{n} passages",
    found_offers="{n} offers",
    found_programs="{n} programs",
    read_program="terms of {name}",
    estimated="estimate made",
    ask_which="**Which program do you mean?** Name it, for example Oxygen, Andromeda or Generate.",
    ask_anything=(
        "**Ask me how to get compute:** who gives startups GPUs and on what terms, what GPUs cost "
        "per hour, or what a training run would take."
    ),
    ask_size=(
        "**I need the model's size and the number of training tokens; for example "
        "“7B, 2T tokens”.**"
    ),
    ask_size_default=("If you only know the size, I would assume 20 tokens a parameter, on H100s."),
    ask_tokens=(
        "**I need the number of training tokens; for example “2T tokens”.** Without it I would "
        "assume 20 tokens a parameter."
    ),
    estimate_lead="About {likely} {gpu}-hours ({low} to {high})",
    estimate_lead_days="; {likely} days on {gpus} GPUs ({low} to {high})",
    estimate_cost="That is about {cost} at {price} per GPU-hour ({source}).",
    asked="the price in your question",
    estimate_no_price="No price was given or found, so there is no cost.",
    for_reference="For reference, what others charge:",
    range_header="| | Low | Likely | High |",
    row_hours="GPU-hours",
    row_days="Days",
    row_cost="Cost at {price}/GPU-hour",
    assumed="Assumed: ",
    nearest="Nearest published runs:",
    nearest_run="{model}: {hours} {gpu}-hours for {params} parameters and {tokens} tokens",
    list_warning="List prices are those of their dates and say nothing about stock.",
    offers_lead="**Listed prices per {gpu}-hour: {spans}.**",
    offers_span="{low} to {high} {term}",
    offers_single="{low} {term}",
    offers_old="**No recent price for the {gpu} is listed; older or undated ones are below.**",
    offers_none="**No offer in the price list or the fund's inventory fits.**",
    offers_header="| Provider | GPU | Term | Price per GPU-hour | As of | Stock |",
    no_live=(
        "No live source is configured: these are list prices of the dates shown, "
        "and what is free right now is unknown."
    ),
    fund_stock="The fund's own inventory lists stock as staff last entered it.",
    more_offers="{n} offers fit in all; `compute-desk gpus` shows the rest.",
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
    list_no_price="None states a price per GPU-hour.",
    list_header="| Program | What you get | Price | Who and what strings | As of |",
    more_programs="Also in the library: {names}.",
    unconfirmed="No source states the terms of: {names}.",
    doubts={"unconfirmed": "unconfirmed", "shrinking": "shrinking", "ended": "ended"},
    compare_lead="**{names} side by side:**",
    compare_field="Term",
    program_lead="**{name}** ({sponsor})",
    as_of="{date}, {grade}",
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
    assumptions={"utilisation": "share of the dense peak that is used: {value} ({text})"},
    basis=" ({grade}, {publisher}, {date})",
    comma=", ",
    stop=".",
)
