use super::{Binding, Opened, SealError, Sealed, Sealer};
use proptest::prelude::{any, prop_assert_eq, proptest};
use secrecy::ExposeSecret;

const FIRST: &[u8] = b"a pepper of at least thirty-two characters";
const SECOND: &[u8] = b"the pepper after the first rotation of them";
const THIRD: &[u8] = b"the pepper after the second rotation of all";

const PLACE: Binding<'_> = Binding {
    partition: "TENANT#acme#DESTINATION",
    sort: "d1",
    attribute: "sealedUrl",
    bound_to: "d1",
};
const SECRET: &[u8] = b"https://hooks.example.com/T0/B0/x";

fn opened(result: Result<Opened, SealError>) -> Result<(Vec<u8>, bool), SealError> {
    result.map(|opened| (opened.secret.expose_secret().to_vec(), opened.is_current))
}

/// Another program (Python's `cryptography`) made the bytes.
#[test]
fn the_format_is_the_documented_one() {
    let bytes = hex::decode(
        "4b0fefd7000102030405060708090a0b0a0618adbfc0a1a48731be86b822f60837072157a9fe21cc825d9abd\
         281e3f11ecabae722ef1b6fec03e1db26e5e27d6d0",
    );
    let sealed = Sealed::from_bytes(bytes.expect("hexadecimal digits"));
    let sealer = Sealer::new(FIRST, None);
    assert_eq!(opened(sealer.open(&PLACE, &sealed)), Ok((SECRET.to_vec(), true)));
}

#[test]
fn a_secret_opens_only_at_its_own_place_for_its_own_owner() {
    let sealer = Sealer::new(FIRST, None);
    let sealed = sealer.seal(&PLACE, SECRET).expect("sealed");
    let others = [
        Binding { partition: "TENANT#other#DESTINATION", ..PLACE },
        Binding { sort: "d2", ..PLACE },
        Binding { attribute: "sealedSecret", ..PLACE },
        Binding { bound_to: "d2", ..PLACE },
        // The same characters, divided in another way.
        Binding { sort: "d1s", attribute: "ealedUrl", ..PLACE },
        Binding { sort: "", attribute: "d1sealedUrl", ..PLACE },
    ];
    for other in others {
        assert_eq!(opened(sealer.open(&other, &sealed)), Err(SealError::NotOpened), "{other:?}");
    }
    assert_eq!(opened(sealer.open(&PLACE, &sealed)), Ok((SECRET.to_vec(), true)));
}

#[test]
fn a_secret_survives_one_rotation_and_is_sealed_again_before_the_next() {
    let first = Sealer::new(FIRST, None);
    let sealed = first.seal(&PLACE, SECRET).expect("sealed");
    assert!(first.is_current(&sealed));

    let second = Sealer::new(SECOND, Some(FIRST));
    assert!(!second.is_current(&sealed));
    assert_eq!(opened(second.open(&PLACE, &sealed)), Ok((SECRET.to_vec(), false)));
    let again = second.seal(&PLACE, SECRET).expect("sealed");
    assert!(second.is_current(&again));

    let third = Sealer::new(THIRD, Some(SECOND));
    assert_eq!(opened(third.open(&PLACE, &again)), Ok((SECRET.to_vec(), false)));
    assert_eq!(opened(third.open(&PLACE, &sealed)), Err(SealError::UnknownPepper));
    assert_eq!(opened(first.open(&PLACE, &again)), Err(SealError::UnknownPepper));
}

#[test]
fn two_secrets_of_one_text_differ() {
    let sealer = Sealer::new(FIRST, None);
    let (one, two) = (sealer.seal(&PLACE, SECRET), sealer.seal(&PLACE, SECRET));
    let (one, two) = (one.expect("sealed"), two.expect("sealed"));
    assert_eq!(one.as_bytes().len(), 4 + 12 + SECRET.len() + 16);
    assert_eq!(one.as_bytes()[..4], two.as_bytes()[..4], "the id of the pepper");
    assert_ne!(one.as_bytes()[4..16], two.as_bytes()[4..16]);
    assert_ne!(one.as_bytes()[16..], two.as_bytes()[16..]);
}

#[test]
fn changed_and_cut_bytes_do_not_open() {
    let sealer = Sealer::new(FIRST, None);
    let sealed = sealer.seal(&PLACE, SECRET).expect("sealed");
    for index in 0..sealed.as_bytes().len() {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[index] ^= 1;
        let expected = if index < 4 { SealError::UnknownPepper } else { SealError::NotOpened };
        let changed = opened(sealer.open(&PLACE, &Sealed::from_bytes(bytes)));
        assert_eq!(changed, Err(expected), "byte {index}");
        let cut = Sealed::from_bytes(sealed.as_bytes()[..index].to_vec());
        assert_eq!(opened(sealer.open(&PLACE, &cut)), Err(expected), "{index} bytes");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let sealer = Sealer::new(FIRST, Some(SECOND));
    let sealed = sealer.seal(&PLACE, SECRET).expect("sealed");
    assert_eq!((format!("{sealer:?}"), format!("{sealed:?}")), ("Sealer".into(), "Sealed".into()));
    let text = format!("{:?}", sealer.open(&PLACE, &sealed));
    let bytes = format!("{:?}", &SECRET[..4]);
    assert!(!text.contains("hooks") && !text.contains(bytes.trim_matches(['[', ']'])), "{text}");
}

proptest! {
    #[test]
    fn every_secret_opens_again(secret: Vec<u8>, parts in any::<[String; 4]>()) {
        let [partition, sort, attribute, bound_to] = &parts;
        let place = Binding { partition, sort, attribute, bound_to };
        let sealer = Sealer::new(SECOND, Some(FIRST));
        let sealed = sealer.seal(&place, &secret).expect("sealed");
        prop_assert_eq!(opened(sealer.open(&place, &sealed)), Ok((secret, true)));
    }
}
