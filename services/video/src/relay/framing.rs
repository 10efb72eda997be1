//! Where a message ends in a stream (RFC 8656 §12.5, RFC 8489 §6.2.2): both kinds say their length.

/// Longer ones no browser sends: media packets are 1,200 bytes.
const MESSAGE_MAX: usize = 4_096;

/// What a stream does not speak.
#[derive(Debug, PartialEq, Eq)]
pub struct NoMessage;

/// How long the message at the front is, with its padding; nothing while that cannot be told.
///
/// # Errors
/// When it is neither kind, or too long: what follows would be read from the wrong place.
pub fn length(stream: &[u8]) -> Result<Option<usize>, NoMessage> {
    let Some(&[kind, _, high, low]) = stream.first_chunk::<4>() else { return Ok(None) };
    let said = usize::from(u16::from_be_bytes([high, low]));
    let whole = match kind {
        0..=3 => said + 20,
        64..=79 => said.next_multiple_of(4) + 4,
        _ => return Err(NoMessage),
    };
    if whole > MESSAGE_MAX { Err(NoMessage) } else { Ok(Some(whole)) }
}

/// What a peer sent, in a channel: a stream needs it padded.
pub fn in_channel(number: u16, payload: &[u8], is_stream: bool) -> Option<Vec<u8>> {
    let length = u16::try_from(payload.len()).ok()?;
    let mut message = Vec::with_capacity(payload.len() + 8);
    message.extend_from_slice(&number.to_be_bytes());
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(payload);
    if is_stream {
        message.resize(message.len().next_multiple_of(4), 0);
    }
    Some(message)
}

/// The channel and what is in it.
pub fn of_channel(message: &[u8]) -> Option<(u16, &[u8])> {
    let &[a, b, high, low] = message.first_chunk::<4>()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    Some((u16::from_be_bytes([a, b]), message.get(4..4 + length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_it_ends() {
        assert_eq!(length(&[0, 1, 0]), Ok(None));
        assert_eq!(length(&[0, 1, 0, 8]), Ok(Some(28)));
        assert_eq!(length(&[0x40, 0, 0, 5]), Ok(Some(12)));
        assert_eq!(length(b"GET / HTTP/1.1"), Err(NoMessage));
        assert_eq!(length(&[0x40, 0, 0xFF, 0xFF]), Err(NoMessage));
    }

    #[test]
    fn what_goes_into_a_channel_comes_out_of_it() {
        for is_stream in [false, true] {
            let message = in_channel(0x4001, b"hello", is_stream).unwrap();
            assert_eq!(of_channel(&message), Some((0x4001, &b"hello"[..])));
            assert_eq!(message.len(), if is_stream { 12 } else { 9 });
        }
        assert_eq!(of_channel(&[0x40, 1, 0, 9, 1, 2]), None);
    }
}
