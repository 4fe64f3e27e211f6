mod laws;
mod paragraphs;
mod slow;
mod stored;
