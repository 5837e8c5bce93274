"""text-analysis: {text, analysis} -> the figures of that analysis.

basic: counts, mean lengths and reading time at 200 words a minute.
sentiment: words of a small English lexicon; a negation within the three words before, in the same sentence, turns one around.
    score = (positive - negative) / (positive + negative), -1 to 1, 0 without any; positive above 0.05, negative below -0.05.
keywords: the ten most frequent words of three or more letters that are no English stop words; ties in order of appearance.
readability: Flesch reading ease (206.835 - 1.015 w/s - 84.6 y/w), Flesch-Kincaid grade (0.39 w/s + 11.8 y/w - 15.59) and
    automated readability index (4.71 c/w + 0.5 w/s - 21.43), with c characters, w words, s sentences, y syllables.
"""
import re

from tool_error import one_of, wrong

ANALYSES = ("basic", "sentiment", "keywords", "readability")
WORDS_PER_MINUTE = 200
KEYWORDS = 10
NEGATION_REACH = 3
WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
SENTENCE_END = re.compile(r"[.!?\u2026]+(?=\s|$)")
VOWELS = re.compile(r"[aeiouy]+")

POSITIVE = frozenset(
    "good great excellent amazing wonderful fantastic best better love loved loves like liked enjoy enjoyed enjoyable happy "
    "pleased pleasant perfect nice awesome beautiful brilliant clear easy fast fine friendly fun glad helpful impressive "
    "improved positive powerful recommend reliable satisfied simple smooth success successful superb useful valuable win "
    "works worth".split())
NEGATIVE = frozenset(
    "bad awful terrible horrible worst worse hate hated hates dislike disappointed disappointing poor sad angry annoying "
    "boring broken bug bugs confusing crash crashed crashes difficult dirty error errors fail failed fails failure fault "
    "hard lost mess negative nasty painful problem problems slow stupid ugly unhappy unreliable useless waste weak wrong".split())
NEGATIONS = frozenset(
    "not no never neither nor without cannot can't don't doesn't didn't isn't wasn't aren't weren't won't wouldn't shouldn't "
    "couldn't hardly".split())
STOP_WORDS = frozenset(
    "the and for are but not you all any can had her was one our out day get has him his how its let may new now old see two "
    "way who did yes she too use that with have this will your from they know want been good much some time very when come "
    "here just like long make many more only over such take than them well were what into then there these those their would "
    "could should about after again also because before being between both does doing down during each few further having "
    "most other same through under until while where which whom why itself himself herself themselves yourself ours yours "
    "theirs off own nor once against above below".split()) - {"day", "new", "old", "good", "time"}


def run(parameters):
    text = parameters.get("text")
    if not isinstance(text, str):
        raise wrong("text must be a string.")
    analysis = one_of(parameters, "analysis", ANALYSES, default="basic")
    words = WORD.findall(text)
    return {"basic": basic, "sentiment": sentiment, "keywords": keywords, "readability": readability}[analysis](text, words)


def basic(text, words):
    sentences = len(sentences_of(text))
    return {
        "characters": len(text),
        "charactersWithoutSpaces": len("".join(text.split())),
        "words": len(words),
        "uniqueWords": len({word.lower() for word in words}),
        "sentences": sentences,
        "lines": len(text.splitlines()),
        "paragraphs": len([part for part in re.split(r"\n\s*\n", text) if part.strip()]),
        "averageWordLength": mean(sum(map(len, words)), len(words)),
        "averageSentenceLength": mean(len(words), sentences),
        "readingTimeSeconds": mean(60 * len(words), WORDS_PER_MINUTE),
    }


def sentiment(text, words):
    positive = negative = 0
    for sentence in sentences_of(text):
        lower = [word.lower().replace("\u2019", "'") for word in WORD.findall(sentence)]
        for index, word in enumerate(lower):
            if word not in POSITIVE and word not in NEGATIVE:
                continue
            negated = any(before in NEGATIONS for before in lower[max(0, index - NEGATION_REACH):index])
            if (word in POSITIVE) != negated:
                positive += 1
            else:
                negative += 1
    score = mean(positive - negative, positive + negative)
    label = "positive" if score > 0.05 else "negative" if score < -0.05 else "neutral"
    return {"score": score, "sentiment": label, "positiveWords": positive, "negativeWords": negative, "words": len(words)}


def keywords(text, words):
    counts = {}
    for word in words:
        lower = word.lower()
        if len(lower) >= 3 and not lower.isdigit() and lower not in STOP_WORDS:
            counts[lower] = counts.get(lower, 0) + 1
    top = sorted(counts.items(), key=lambda entry: -entry[1])[:KEYWORDS]
    return {"keywords": [{"word": word, "count": count, "share": mean(count, len(words))} for word, count in top]}


def readability(text, words):
    sentences = len(sentences_of(text))
    syllables = sum(map(count_syllables, words))
    if not words:
        return {"fleschReadingEase": 0, "fleschKincaidGrade": 0, "automatedReadabilityIndex": 0, "level": "none",
                "words": 0, "sentences": 0, "syllables": 0}
    per_sentence, per_word = len(words) / sentences, syllables / len(words)
    ease = round(206.835 - 1.015 * per_sentence - 84.6 * per_word, 2)
    return {
        "fleschReadingEase": ease,
        "fleschKincaidGrade": round(0.39 * per_sentence + 11.8 * per_word - 15.59, 2),
        "automatedReadabilityIndex": round(4.71 * sum(map(len, words)) / len(words) + 0.5 * per_sentence - 21.43, 2),
        "level": "easy" if ease >= 70 else "medium" if ease >= 50 else "hard",
        "words": len(words),
        "sentences": sentences,
        "syllables": syllables,
    }


def sentences_of(text):
    """What stands between sentence ends and holds a word."""
    return [part for part in SENTENCE_END.split(text) if WORD.search(part)]


def count_syllables(word):
    """Groups of vowels, without a silent e at the end; at least one."""
    lower = word.lower()
    count = len(VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(1, count)


def mean(total, count):
    return round(total / count, 4) if count else 0
