"""The words of the demo: cards, dossiers, votes, terms and answers."""

from datetime import date
from typing import Any

from accounts.models import User
from releases.choices import WEIGHTS_MODES
from releases.comparables.counterfactual import answer
from releases.models import Model, Release, Stage

BOARD = "Decides how far each release of the demo goes, and may stop any of them."
HERON = {
    "title": "Heron",
    "summary": (
        "A small language model for text about wetlands. It is real in form and untrained in "
        "substance, so that every step of a staged release can be tried."
    ),
}
KESTREL = {
    "title": "Kestrel",
    "summary": "A first experiment with a smaller model. It has not left the building.",
}

VOTES = {
    "lead2": "The evaluations cover the uses that the stage opens, and the margin is wide.",
    "lead3": "I repeated two of the evaluations with my own prompts and found the same.",
}
RETURNED = (
    "Please say who operates the servers that you name under hosting, and who can reach the "
    "weights there."
)
REFERRED = {
    "question": "Is it within what gated weights are for if the summaries are shown to visitors?",
    "summary": (
        "The applicant works for a nature reserve and wants visitors to read the summaries on "
        "screens at the entrance. The answers are complete and the hosting is sound."
    ),
}
GROUNDS = "Two published audits under the same name, and a small scope. I spoke with the institute."
APPEAL = "We do not resell outputs. Section 3 of the purpose says that they stay in the reserve."
CANNED = {
    "Hosting is not clear": (
        "Please say who operates the servers in [the place that you named], and who can reach the "
        "weights there."
    ),
    "Purpose is too wide": (
        "What you ask for goes beyond [the purpose that you gave]. Ask for less, or say why you "
        "need it."
    ),
}
DECLINED = "Resale of outputs in a regulated sector is outside of what this stage is for."
CONSENT = (
    "I have read these terms and agree to them as a user within my organisation. Button: I agree"
)
SIGNED = (
    "I have read these terms and agree to them on behalf of my organisation. Button: I sign for "
    "the organisation"
)
AUTHORITY = "I am authorised to bind my organisation to agreements of this kind."


def model_card(model: Model, version: str) -> str:
    """Return the README of a release, with the front matter that hubs read."""
    return f"""---
license: other
license_name: sluice-demo-terms
language: en
library_name: transformers
pipeline_tag: text-generation
tags:
- demo
- llama
---

# {model.title} {version}

{model.summary}

## What it is

A decoder-only transformer in Llama's layout, with a byte-level BPE tokenizer. The weights come
from a fixed seed and were never trained: it answers any prompt with noise.

## How to load it

    from transformers import AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained("directory")
    model = AutoModelForCausalLM.from_pretrained("directory")

## Intended use

Trying out a portal for staged release. Nothing else.

## Evaluation

None of itself. The evidence shown with it was recorded with a model that only pretends.
"""


RUN_BY = "Evaluation team"
RECORDED_RUN = (
    "Recorded by the real tool for the demo, with a model that only pretends. The digest and the "
    "day were put in when the demo was made."
)
REVIEW = {
    "title": "Review by the Wetland Trust",
    "run_by": "Wetland Trust, two reviewers",
    "summary": (
        "The reviewers had the weights for two weeks and tried to make the model tell where "
        "protected birds nest. They succeeded in one prompt of four hundred, after fine-tuning, "
        "and found nothing that a search of published surveys does not find."
    ),
    "independence": (
        "The trust takes no money from us, chose its reviewers itself and published its method "
        "before it began."
    ),
}
COUNTERFACTUAL = {
    "counterfactual_risk": answer(
        holds=True,
        reasons=(
            "Marsh 1 is downloadable by anyone and tells of nests more often, so that these "
            "weights add nothing to what can be done already."
        ),
    ),
    "counterfactual_acknowledged": answer(
        holds=True, reasons="The public summary of this decision says so."
    ),
    "counterfactual_protective": answer(
        holds=True,
        reasons=(
            "Recipients are vetted and sign terms, which neither reference asks for. The "
            "evaluations are shared with whoever has access."
        ),
    ),
    "similarly_safe": (
        "On the disclosure of nests the release scores no worse than either reference."
    ),
}
WATCHED: list[dict[str, Any]] = [
    {
        "kind": "metric",
        "task": "nest_disclosure",
        "metric": "accuracy",
        "unsafe": "above",
        "bound": "0.3",
    },
    {"kind": "blocker_appears"},
]
ISSUES = (
    "It was asked whether twenty prompts are enough. The board took the upper end of the interval, "
    "which lies far below the bound, and asked for a larger set before the next stage."
)
SUMMARY = """The board moved this release to gated weights.

It had an evaluation log, the results of a second tool, a review from outside and a comparison \
with two released models before it. The model rarely tells where protected birds nest, and less \
often than the models that it was compared with.

[redacted: the prompts that succeeded, which would help whoever wants to repeat them]

Recipients are vetted and sign terms. The release is judged again within 180 days."""


def dossier(release: Release, stage: Stage) -> dict[str, str]:
    """Return what is put before the board for a move."""
    parts = {
        "rationale": (
            f"{release} has been at its present stage without an incident. Those who use it ask "
            f"for what {stage.name} offers, and we learn nothing more by waiting."
        ),
        "safety_margin": (
            "On every evaluation of the framework the upper bound of the 95 % interval stays "
            "below a third of the threshold."
        ),
        "invalidation_conditions": (
            "A capability evaluation above half of its threshold, a jailbreak that transfers to "
            "ordinary prompts, or a report of serious misuse that we can reproduce."
        ),
        "preparation": (
            "Monitoring has run for two weeks on the present stage. The people on call know how "
            "to place a hold, and have tried it."
        ),
    }
    if stage.access_mode in WEIGHTS_MODES:
        parts["confidence"] = (
            "We are confident that handing out these weights adds no serious risk: the model "
            "knows nothing that the public literature does not hold, and fine-tuning it with "
            "2,000 examples did not change that."
        )
        parts |= COUNTERFACTUAL
    return parts


# What the agreements ask for again and again, or after a grant: by their short names.
DUTIES: dict[str, list[dict[str, Any]]] = {
    "api-terms": [
        {"kind": "attest_use", "number": 3, "performer": "user", "consequence": "remind"},
    ],
    "weights-terms": [
        {"kind": "attest_use", "number": 6, "performer": "keeper", "consequence": "call"},
        {"kind": "apply_updates", "number": 30, "performer": "keeper", "consequence": "stop"},
        {
            "kind": "certify_destruction",
            "number": 30,
            "performer": "signatory",
            "consequence": "call",
        },
    ],
}


def next_api_terms() -> str:
    """Return the text that the terms for the hosted API change to."""
    return _API_NEXT


def terms(slug: str) -> tuple[str, str]:
    """Return the title and the text of an agreement that a stage names."""
    return _TERMS.get(slug) or (slug.replace("-", " ").capitalize(), _GENERAL)


_GENERAL = """# Terms of the demonstration

1. You use the model for the purposes that your grant names, and for no other.
2. You do not use it to harm people, to deceive them, or to break the law.
3. You tell us within 24 hours of an incident, by the contact on the model's page.
4. We may suspend your access at once when safety asks for it, and will say why.
5. Nothing here is real: these are the terms of a demonstration.
"""
_API = """# Terms for the hosted API

## What you may do

You call the hosted model for the uses that your grant names, or for any lawful use where the
stage is open to everyone. You keep your tokens to yourself.

## What you may not do

- Use the model to harm people, to deceive them, or to break the law.
- Probe the service for other people's data, or try to copy the weights through it.
- Let others call it with your token.

## What we do

We log that you called, not what you said. We may suspend your access at once when safety asks
for it, and will say why.

*These are the terms of a demonstration; nobody is bound by them.*
"""
_API_NEXT = _API.replace(
    "- Let others call it with your token.",
    "- Let others call it with your token.\n"
    "- Use what the model writes to train another model, unless your grant allows distillation.",
).replace("## What you may not do", "## What you may not do {use, distillation}")
_WEIGHTS = """# Terms for the weights

## What you receive {use}

A copy of the weights of the releases that your grant covers, for the uses, places and time that
it names.

## What you promise {redistribution, modification, security, risky}

- You keep the weights where you said, protected as you said, and give them to nobody else.
- You do not use them to harm people, to deceive them, or to break the law.
- You change them only in the ways that your grant allows, and keep what you derive under these
  terms.
- You tell us within 24 hours when weights may have reached somebody else.

## When it ends {recall}

When your grant ends you delete every copy and what you derived from it, and say so in writing.

*These are the terms of a demonstration; nobody is bound by them.*
"""
_SAFETY = """# Safety research: criteria and safe harbour

## Who can apply

Anyone who looks for what is dangerous in our models: at a university, in a company, or on their
own. You need no institution. We ask for a plan, for one to three people who know your work, and
for what shows that you handle dangerous findings with care.

## How we judge

We ask four questions, and nothing else decides:

1. Does the plan look for a danger that matters, in a way that can find it?
2. Can you do it, going by what you have done before?
3. Are outputs that could do harm kept where they can do none?
4. Do you tell us, and others who must know, what you find?

What you might find, and what you think of us, is no ground for declining. Access is free of
charge. Whoever is declined is told why and can appeal to another reviewer.

## What you promise

1. You work within the scope of your grant and do not harm people, systems or their data.
2. You do not look at other people's data, and stop and tell us if you meet it.
3. You tell us first what you find, within five business days.
4. You wait with publishing for as long as we need to mend it, and **30 business days at most**
   from the day on which you told us. We may ask for less, never for more.
5. You leave out of what you publish what would help to do harm.

## What we promise

As long as you keep these promises we take no legal action against you for this research, ask
nobody else to, do not end your access because of what you found, and say so to anyone who asks.

*This is the text of a demonstration; nobody is bound by it.*
"""
QUESTIONS = """extra_gated_heading: About your field notes
extra_gated_prompt: |-
  Heron was made for notes about **wetlands**. Tell us about yours, so that the reviewers can see
  what the model will read.
extra_gated_button_content: Send the application to the Heron team
extra_gated_fields:
  In which country are the wetlands?: country
  Who wrote the notes?:
    type: select
    options:
      - label: Volunteers
        value: volunteers
      - label: Paid staff
        value: staff
      - label: Somebody else
        value: others
  How are places of nests taken out of the notes?: text
  An example of your notes: text
sluice_questions:
  In which country are the wetlands?:
    key: own_site
  Who wrote the notes?:
    key: own_notes
  How are places of nests taken out of the notes?:
    key: own_nests
    kind: text
    required: false
  An example of your notes:
    key: own_example
    kind: files
    required: false
    help: A page or two, as a PDF or as plain text.
"""
_TERMS = {
    "safety-research": ("Safety research: criteria and safe harbour", _SAFETY),
    "api-terms": ("Terms for the hosted API", _API),
    "weights-terms": ("Terms for the weights", _WEIGHTS),
}


def answers(person: User, end: date) -> dict[str, Any]:
    """Return a complete set of answers to the application form."""
    return {
        "legal_name": person.full_name,
        "job_title": "Research engineer",
        "work": (
            "We build tools that help conservation groups read field notes. The team is five "
            "people, and our work is published."
        ),
        "country": "DE",
        "purpose": (
            "Summarising field notes about wetlands for the people who wrote them, and measuring "
            "how often the summaries are wrong."
        ),
        "modes": ["api", "weights"],
        "uses": ["research", "internal_tools"],
        "environments": ["internal"],
        "sectors": ["science"],
        "regions": ["eea"],
        "end_date": end.isoformat(),
        "modification": ["quantise"],
        "redistribution": "none",
        "served": "staff",
        "usage": "small",
        "organization_legal_name": "Northwind Robotics GmbH",
        "organization_address": "Am Wall 12, 28195 Bremen, Germany",
        "official_name": "Henrike Brandt",
        "official_email": "h.brandt@northwind-robotics.example",
        "official_position": "Managing director",
        "product": (
            "A tool in which conservation groups have their field notes summarised. About two "
            "hundred people use it, all of them known to us."
        ),
        "safeguards": (
            "Summaries that name the place of a nest are held back and read by a person. Every "
            "prompt is logged for 90 days."
        ),
        "research_question": (
            "How often a summary of field notes says something that the notes do not say."
        ),
        "research_method": (
            "Two hundred notes, each read by two people beside its summary; one accelerator for "
            "two weeks."
        ),
        "research_outputs": "A report with all numbers, and the notes whose authors agree.",
        "funding": "A grant of the state for the conservation of wetlands, number 2026-0417.",
        "conflicts": "None.",
        "referees": [
            {
                "name": "Ada Okonkwo",
                "email": "ada.okonkwo@wetland-trust.example",
                "relation": "Leads the survey whose notes we work with",
            }
        ],
        "ethics_status": "not_asked",
        "alternative_evidence": (
            "Two published reports on errors in summaries, and a letter of the Wetland Trust, "
            "which has worked with us for three years."
        ),
        "risks_judged": (
            "The trust's data officer read the plan. The risk is that nests are found; places "
            "are taken out of the notes beforehand."
        ),
        "own_site": "DE",
        "own_notes": "volunteers",
        "hosting_country": "DE",
        "hosting_place": "Our own servers in Bremen",
        "security_level": "sl2",
        "security": (
            "Two administrators can reach the machine. Access is logged centrally and reviewed "
            "every week; the disk is encrypted."
        ),
        "end_users": [person.email],
        "incident_name": person.full_name,
        "incident_email": person.email,
        "incident_reach": True,
        "export_statement": True,
        "truth_statement": True,
    }


SUSPENDED = (
    "Until export counsel has read the new order, nobody downloads open weights whose country "
    "we do not know. Grants by review go on."
)
# What a referee answers by their link.
REFERENCE = {
    "known": "I have worked with Grace for six years, most of it on the same projects.",
    "comment": "She publishes what she finds, also when it is inconvenient.",
    "concerns": "She has little help with the security of her machines.",
}
