//! What texts are about, for those who compare them outside of clustering.

use super::terms::Terms;

/// Texts taken apart into the terms they are about; grammar, years and words such as "best" or "price" are left out.
pub(crate) struct Subjects {
    terms: Terms,
}

impl Subjects {
    /// Takes texts (keyword keys) apart together: the same word has the same term in all of them.
    pub(crate) fn of(texts: &[&str]) -> Self {
        Self {
            terms: Terms::of(texts),
        }
    }

    /// The words of a text that say what it is about, in their order, with their terms.
    pub(crate) fn words(&self, text: usize) -> Vec<(&str, u32)> {
        let terms = self.terms.weights.len();
        self.terms
            .words_of(text)
            .into_iter()
            .filter(|(_, term)| (*term as usize) < terms)
            .collect()
    }

    /// The words of a text without its grammar: what it is about, and words such as "best" or "clean".
    pub(crate) fn telling_words(&self, text: usize) -> Vec<&str> {
        self.terms.words_of(text).into_iter().map(|(word, _)| word).collect()
    }

    /// What a text is about (terms, ascending) and what it asks about that (one bit a question).
    pub(crate) fn meaning(&self, text: usize) -> (&[u32], u64) {
        self.terms
            .meanings
            .get(text)
            .map_or((&[][..], 0), |meaning| (&meaning.content, meaning.facets))
    }

    /// How much a term tells: more the fewer texts have it.
    pub(crate) fn weight(&self, term: u32) -> f32 {
        self.terms.weights.get(term as usize).copied().unwrap_or(0.0)
    }
}
