//! What a finding claims, part by part, and the confidence that follows from it.

use crate::finding::Confidence;

/// One part of a claim: it is done, again and again, and kept, and not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The code in sight, or a row, shows it.
    Shown,
    /// So it is in three of four cases; the list of those is closed.
    Usual(Usual),
    /// Nobody knows; the reason, for those who ask.
    Doubt(&'static str),
    /// The code in sight shows that it is not so; the reason, for those who ask.
    Refuted(&'static str),
}

/// What is usually so. Each entry must hold in three of four judged findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usual {
    /// A public function without a caller in sight is called again.
    PublicIsCalledAgain,
    /// A promise that nobody in sight makes may reject.
    UnknownMayReject,
    /// A function handed to an unknown `on*`, `add*` or `subscribe*` of something older is called again.
    RegisteredIsCalledAgain,
}

impl Usual {
    /// What a finding says of it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PublicIsCalledAgain => "if it is called again",
            Self::UnknownMayReject => "if this fails",
            Self::RegisteredIsCalledAgain => "if this is called again",
        }
    }
}

/// The confidence of a finding whose parts are these; `None`: it is refuted, and nothing is said.
///
/// All shown is `sure`, one part that is usual is `likely`, everything else a `guess`.
#[must_use]
pub fn confidence(claims: &[Claim]) -> Option<Confidence> {
    let (mut usual, mut doubts) = (0, 0);
    for claim in claims {
        match claim {
            Claim::Shown => {}
            Claim::Usual(_) => usual += 1,
            Claim::Doubt(_) => doubts += 1,
            Claim::Refuted(_) => return None,
        }
    }
    Some(match (usual, doubts) {
        (0, 0) => Confidence::Sure,
        (1, 0) => Confidence::Likely,
        _ => Confidence::Guess,
    })
}

#[cfg(test)]
mod tests {
    use super::{Claim, Usual, confidence};
    use crate::finding::Confidence;

    #[test]
    fn confidence_follows_from_the_parts() {
        let usual = Claim::Usual(Usual::UnknownMayReject);
        let rows = [
            (vec![Claim::Shown, Claim::Shown], Some(Confidence::Sure)),
            (vec![Claim::Shown, usual], Some(Confidence::Likely)),
            (vec![usual, usual], Some(Confidence::Guess)),
            (vec![Claim::Doubt(""), Claim::Shown], Some(Confidence::Guess)),
            (vec![Claim::Shown, Claim::Refuted("")], None),
            (vec![Claim::Doubt(""), Claim::Refuted("")], None),
        ];
        for (claims, expected) in rows {
            assert_eq!(confidence(&claims), expected, "{claims:?}");
        }
    }
}
