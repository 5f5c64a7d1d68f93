//! Tables of places in labelled pictures: a picture (the file's name without its end), a box (x y w h) and
//! a reason a line, parted by tabs, below a line of headings.

use std::fs;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::frame::Rect;

/// One line of a table.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    picture: String,
    /// The place, in pixels of the picture.
    pub(super) rect: Rect,
}

impl Row {
    /// Whether it tells of the picture in this file.
    pub(super) fn is_of(&self, image: &str) -> bool {
        Path::new(image).file_stem().is_some_and(|stem| stem == self.picture.as_str())
    }
}

/// All lines of a table.
pub(super) fn read(file: &Path) -> Result<Vec<Row>, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))?;
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            row(line).map_err(|what| {
                let place = format!("{}, line {}", file.display(), index + 1);
                let form = "a line is picture, box (x y w h) and reason";
                Failure::failed(format!("{place}: {what}; {form}"))
            })
        })
        .collect()
}

fn row(line: &str) -> Result<Row, &'static str> {
    let mut columns = line.split('\t');
    let (Some(picture), Some(numbers), Some(_)) =
        (columns.next(), columns.next(), columns.next().filter(|reason| !reason.is_empty()))
    else {
        return Err("it has not three columns");
    };
    let numbers: Vec<f32> = numbers.split(' ').filter_map(|number| number.parse().ok()).collect();
    let [x, y, w, h] = numbers[..] else { return Err("its box is no four numbers") };
    Ok(Row { picture: picture.to_owned(), rect: Rect::from([x, y, w, h]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_picture_a_box_and_a_reason() {
        let one = row("vo_0585\t10 20 30 40\ta tanker").unwrap();
        assert_eq!(one.rect, Rect::from([10.0, 20.0, 30.0, 40.0]));
        assert!(one.is_of("images/vo_0585.jpg") && !one.is_of("images/vo_05.jpg"));
        assert_eq!(row("vo_0585\t10 20 30\ta tanker"), Err("its box is no four numbers"));
        assert_eq!(row("vo_0585\t10 20 30 40"), Err("it has not three columns"));
    }
}
