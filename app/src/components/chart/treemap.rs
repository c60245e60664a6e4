//! Areas as large as what they stand for.
//!
//! The layout is the squarified treemap of Bruls, Huizing and van Wijk (2000): rectangles are laid in rows along the shorter
//! side, and a row takes another one as long as that makes its worst proportion better.

use leptos::prelude::*;

use super::{Datum, at};
use crate::components::format::number;

/// A place in a drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Lays values out in a rectangle, each with an area that is its share of the sum. What is not above 0 gets no area. The places
/// come in the order of the values; the layout is best when those descend.
pub(crate) fn squarify(values: &[f64], width: f64, height: f64) -> Vec<Place> {
    let total: f64 = values.iter().copied().filter(|value| *value > 0.0).sum();
    let mut places = vec![Place::default(); values.len()];
    if total <= 0.0 || width <= 0.0 || height <= 0.0 {
        return places;
    }
    let scale = width * height / total;
    let shown: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| **value > 0.0)
        .map(|(number, value)| (number, value * scale))
        .collect();
    let mut free = Place {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let mut rest = shown.as_slice();
    while !rest.is_empty() {
        let side = free.width.min(free.height);
        let mut taken = 1;
        while taken < rest.len() && worst(&rest[..=taken], side) <= worst(&rest[..taken], side) {
            taken += 1;
        }
        let (row, after) = rest.split_at(taken);
        free = lay(row, free, &mut places);
        rest = after;
    }
    places
}

/// The largest proportion of a row's rectangles along a side; 1 is a square.
fn worst(row: &[(usize, f64)], side: f64) -> f64 {
    let sum: f64 = row.iter().map(|(_, area)| area).sum();
    let (least, most) = row.iter().fold((f64::MAX, 0.0_f64), |(least, most), (_, area)| {
        (least.min(*area), most.max(*area))
    });
    let (side, sum) = (side * side, sum * sum);
    (side * most / sum).max(sum / (side * least))
}

/// Lays a row along the shorter side of what is free; says what is free after it.
fn lay(row: &[(usize, f64)], free: Place, places: &mut [Place]) -> Place {
    let sum: f64 = row.iter().map(|(_, area)| area).sum();
    let upright = free.width >= free.height;
    let side = if upright { free.height } else { free.width };
    let depth = if side > 0.0 { sum / side } else { 0.0 };
    let mut along = 0.0;
    for (number, area) in row {
        let length = if depth > 0.0 { area / depth } else { 0.0 };
        if let Some(place) = places.get_mut(*number) {
            *place = if upright {
                Place {
                    x: free.x,
                    y: free.y + along,
                    width: depth,
                    height: length,
                }
            } else {
                Place {
                    x: free.x + along,
                    y: free.y,
                    width: length,
                    height: depth,
                }
            };
        }
        along += length;
    }
    if upright {
        Place {
            x: free.x + depth,
            width: (free.width - depth).max(0.0),
            ..free
        }
    } else {
        Place {
            y: free.y + depth,
            height: (free.height - depth).max(0.0),
            ..free
        }
    }
}

/// Areas as large as what they stand for, each a link. Drawn twice: wide, and upright for phones; one of them shows.
#[component]
pub fn Treemap(
    /// What it shows, for those who hear the page.
    #[prop(into)]
    title: String,
    /// The areas, the largest first.
    data: Vec<Datum>,
) -> impl IntoView {
    view! {
        <div class="hidden sm:block">{drawing(&title, &data, 960.0, 400.0)}</div>
        <div class="sm:hidden">{drawing(&title, &data, 360.0, 480.0)}</div>
    }
}

fn drawing(title: &str, data: &[Datum], width: f64, height: f64) -> impl IntoView {
    let values: Vec<f64> = data.iter().map(|one| one.value.max(0) as f64).collect();
    let cells = data
        .iter()
        .zip(squarify(&values, width, height))
        .filter(|(_, place)| place.width > 0.5 && place.height > 0.5)
        .map(|(one, place)| cell(one, place))
        .collect_view();
    view! {
        <svg class="block h-auto w-full" viewBox=format!("0 0 {width:.0} {height:.0}") role="group" aria-label=title.to_owned()>
            {cells}
        </svg>
    }
}

fn cell(one: &Datum, place: Place) -> AnyView {
    let told = format!("{}: {}", one.label, number(one.value));
    let name = fitting(&one.label, place.width - 16.0);
    let shows_name = place.height >= 26.0 && name.chars().count() >= 3;
    let shows_value = shows_name && place.height >= 44.0 && place.width >= 56.0;
    let ink = format!("{} text-[13px] font-medium", one.hue.ink());
    let small = format!("{} text-[11px]", one.hue.ink());
    let (x, y) = (at(place.x + 8.0), place.y + 18.0);
    let shapes = move || {
        view! {
            <g>
                <title>{told.clone()}</title>
                <rect
                    x=at(place.x + 1.0) y=at(place.y + 1.0) width=at((place.width - 2.0).max(0.5)) height=at((place.height - 2.0).max(0.5))
                    rx="4" class=one.hue.fill()
                ></rect>
                {shows_name.then(|| view! { <text x=x.clone() y=at(y) class=ink.clone()>{name.clone()}</text> })}
                {shows_value.then(|| view! { <text x=x.clone() y=at(y + 16.0) class=small.clone()>{number(one.value)}</text> })}
            </g>
        }
    };
    if one.href.is_empty() {
        shapes().into_any()
    } else {
        // What stands in the shape is its name; one that is too small for a text is named by its label.
        let told = (!shows_name).then(|| format!("{}: {}", one.label, number(one.value)));
        // Inside of a shape, so that the link is one of the drawing and not of the page.
        view! { <g><a href=one.href.clone() aria-label=told>{shapes()}</a></g> }.into_any()
    }
}

/// As much of a name as fits a width, at 7 units a character.
fn fitting(name: &str, width: f64) -> String {
    let most = (width / 7.0).floor().max(0.0) as usize;
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let mut cut: String = name.chars().take(most.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    if cut.is_empty() {
        return cut;
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(place: &Place) -> f64 {
        place.width * place.height
    }

    #[test]
    fn areas_are_shares_and_fill_the_rectangle() {
        let values = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let places = squarify(&values, 6.0, 4.0);
        for (value, place) in values.iter().zip(&places) {
            assert!((area(place) - value).abs() < 1e-9, "{place:?} is not {value}");
            assert!(place.x >= -1e-9 && place.y >= -1e-9, "{place:?}");
            assert!(
                place.x + place.width <= 6.0 + 1e-9 && place.y + place.height <= 4.0 + 1e-9,
                "{place:?}"
            );
        }
    }

    #[test]
    fn the_example_of_the_paper_comes_out_as_there() {
        let places = squarify(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], 6.0, 4.0);
        // The first two stand one above the other at the left, 3 wide and 2 high.
        assert_eq!((places[0].x, places[0].width, places[0].height), (0.0, 3.0, 2.0));
        assert_eq!((places[1].x, places[1].y), (0.0, 2.0));
    }

    #[test]
    fn nothing_overlaps_and_nothing_is_a_sliver() {
        let values: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        let places = squarify(&values, 960.0, 400.0);
        for (number, a) in places.iter().enumerate() {
            assert!(a.width / a.height < 4.0 && a.height / a.width < 4.0, "{a:?}");
            for b in &places[number + 1..] {
                let apart = a.x + a.width <= b.x + 1e-6
                    || b.x + b.width <= a.x + 1e-6
                    || a.y + a.height <= b.y + 1e-6
                    || b.y + b.height <= a.y + 1e-6;
                assert!(apart, "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn nothing_and_less_get_no_area() {
        assert_eq!(squarify(&[], 10.0, 10.0), []);
        assert_eq!(squarify(&[0.0, -1.0], 10.0, 10.0), [Place::default(); 2]);
        let places = squarify(&[1.0, 0.0], 10.0, 10.0);
        assert_eq!((area(&places[0]), area(&places[1])), (100.0, 0.0));
    }

    #[test]
    fn names_are_cut_to_their_width() {
        assert_eq!(fitting("espresso machine", 200.0), "espresso machine");
        assert_eq!(fitting("espresso machine", 77.0), "espresso m…");
        assert_eq!(fitting("espresso machine", 0.0), "");
    }
}
