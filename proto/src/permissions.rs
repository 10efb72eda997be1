//! Every permission and the roles that hold it: one table.

use kernel::role::Role::{self, Admin, Auditor, Coordinator, Patient, Prescriber, Sitter, Therapist};

/// Where a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// No sign-in: the request proves itself, by a password or a one-use token in its body.
    Public,
    /// The gateway itself, with a pass of its own; no person ever.
    Door,
    /// Anyone signed in with the role; the handler narrows to the person's own or the clinic's rows.
    Clinic,
    /// The path names a `{session}` and the caller belongs to it.
    Session,
}

/// Something a role may be allowed to do.
pub trait Permission: 'static {
    /// Its name in tables and logs.
    const NAME: &'static str;
    /// Who may.
    const ROLES: &'static [Role];
    /// Roles that need not belong to the session: it is enough that it is their clinic's.
    const CLINIC_WIDE: &'static [Role];
    /// How far it reaches.
    const SCOPE: Scope;
}

/// Makes permission types and their table.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $scope:ident [$($role:ident),*] $(wide [$($wide:ident),*])?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Permission for $name {
                const NAME: &'static str = stringify!($name);
                const ROLES: &'static [Role] = &[$($role),*];
                const CLINIC_WIDE: &'static [Role] = &[$($($wide),*)?];
                const SCOPE: Scope = Scope::$scope;
            }
        )*

        /// The whole table: name, scope, roles.
        pub const TABLE: &[(&str, Scope, &[Role])] =
            &[$((stringify!($name), Scope::$scope, &[$($role),*]),)*];
    };
}

permissions! {
    // identity
    /// Asks how a cookie stands.
    ResolveCookie: Door [];
    /// Proves who they are with a password or a link.
    Enter: Public [];
    /// Asks who they are, or signs out.
    KnowSelf: Clinic [Patient, Sitter, Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Sets own password and second factor after an invitation.
    OpenAccount: Clinic [Patient, Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Adds people to the clinic and invites patients.
    ManagePeople: Clinic [Coordinator, Admin];
    /// Lists the clinic's people by first name.
    ReadPeople: Clinic [Patient, Therapist, Prescriber, Coordinator, Admin];
    /// Names the adult who will sit.
    NameSitter: Clinic [Patient];
    /// Approves the sitter and sends the link.
    InviteSitter: Session [Therapist, Coordinator] wide [Coordinator];
    /// Takes the sitter's access back.
    RevokeSitter: Session [Patient, Therapist, Coordinator] wide [Coordinator];
    /// Names another sitter in the middle of a session.
    ReplaceSitter: Session [Therapist, Coordinator] wide [Coordinator];
    /// Names whom to call when nobody in the home can be reached.
    NameSecondContact: Session [Patient, Therapist, Coordinator] wide [Coordinator];
    /// Sees how the second contact stands.
    ReadSecondContact: Session [Patient, Therapist, Prescriber, Coordinator] wide [Coordinator];
    /// Sees the presence code to read aloud.
    ReadPresenceCode: Session [Patient, Therapist];
    /// Types the presence code.
    ProvePresence: Session [Sitter];
    /// Sees the first names of a session's people.
    ReadSessionPeople: Session [Patient, Sitter, Therapist, Prescriber, Coordinator, Admin] wide [Coordinator, Admin];
    /// Reads the trail of one session.
    ReadTrail: Session [Therapist, Prescriber, Coordinator, Admin, Auditor] wide [Coordinator, Admin, Auditor];

    // scheduling
    /// Sets own weekly availability.
    SetAvailability: Clinic [Therapist];
    /// Looks for free slots.
    ReadSlots: Clinic [Patient, Therapist, Coordinator];
    /// Books a session.
    BookSession: Clinic [Patient, Coordinator];
    /// Cancels a booking before the day.
    CancelBooking: Session [Patient, Therapist, Coordinator] wide [Coordinator];
    /// Lists bookings: own, or the clinic's.
    ReadBookings: Clinic [Patient, Therapist, Prescriber, Coordinator, Admin];
    /// Sees who is on call.
    ReadOnCall: Clinic [Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Sets who is on call.
    SetOnCall: Clinic [Therapist, Prescriber, Coordinator, Admin];

    // safety
    /// Lists sessions: own, or the clinic's board.
    ReadBoard: Clinic [Patient, Sitter, Therapist, Prescriber, Coordinator, Admin];
    /// Sees one session's state.
    ReadSession: Session [Patient, Sitter, Therapist, Prescriber, Coordinator, Admin] wide [Coordinator, Admin];
    /// Sees the gate and the checklist.
    ReadGate: Session [Patient, Sitter, Therapist, Prescriber, Coordinator] wide [Coordinator];
    /// Answers checklist items of one's own.
    AttestItem: Session [Patient, Sitter, Therapist, Prescriber, Coordinator] wide [Coordinator];
    /// Says "I am here".
    Arrive: Session [Patient, Sitter, Therapist];
    /// Confirms where the patient is today.
    ConfirmAddress: Session [Patient];
    /// Sees what to tell emergency services.
    ReadEmergencyCard: Session [Sitter, Therapist, Prescriber, Coordinator] wide [Coordinator];
    /// Reads and signs consents and the sitter agreement.
    SignConsent: Clinic [Patient, Sitter];
    /// Takes the sitter training.
    TakeTraining: Session [Sitter];
    /// Tests the phone that will ring.
    TestPhone: Session [Sitter];
    /// Records vitals.
    RecordVitals: Session [Patient, Sitter, Therapist];
    /// Sees vitals.
    ReadVitals: Session [Sitter, Therapist, Prescriber];
    /// Decides on an amber reading.
    DecideAmber: Session [Prescriber];
    /// Stops a patient's dosing until a prescriber has looked.
    PlaceHold: Session [Therapist, Prescriber];
    /// Lifts such a hold.
    LiftHold: Session [Prescriber];
    /// Presses ready.
    PressReady: Session [Patient, Sitter, Therapist];
    /// Presses *begin dose*.
    BeginDose: Session [Therapist];
    /// Witnesses the dose.
    WitnessDose: Session [Sitter];
    /// Records a dose as a fact.
    RecordDose: Session [Sitter, Therapist, Prescriber];
    /// Signs the discharge criteria.
    SignDischarge: Session [Therapist];
    /// Accepts the hand-over.
    AcceptHandOver: Session [Sitter];
    /// Ends a session another way.
    EndSession: Session [Patient, Therapist];
    /// Signs the session closed.
    CloseSession: Session [Therapist, Prescriber];

    // checkins
    /// Reads the check-in form.
    ReadForm: Clinic [Sitter, Therapist];
    /// Sees the watch.
    ReadWatch: Session [Patient, Sitter, Therapist, Prescriber, Coordinator, Admin] wide [Coordinator, Admin];
    /// Answers a check-in.
    AnswerCheckin: Session [Sitter, Therapist];
    /// Names the keys of the phone that will answer.
    RegisterPhone: Session [Sitter];
    /// Asks for support.
    AskSupport: Session [Patient];
    /// Says the request was seen.
    SeeSupport: Session [Therapist];
    /// Raises the alarm by hand.
    RaiseAlarm: Session [Patient, Sitter, Therapist, Prescriber];
    /// Lists incidents.
    ReadIncidents: Clinic [Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Says "I'm on it".
    AcknowledgeIncident: Clinic [Therapist, Prescriber, Coordinator];
    /// Closes an incident with an outcome.
    ResolveIncident: Clinic [Therapist, Prescriber];
    /// Reads the clinic's safety numbers.
    ReadNumbers: Clinic [Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Reads the clinic's ladder.
    ReadLadder: Clinic [Therapist, Prescriber, Coordinator, Admin, Auditor];
    /// Proposes another ladder.
    ProposeLadder: Clinic [Prescriber, Admin];
    /// Publishes what somebody else proposed.
    PublishLadder: Clinic [Prescriber, Admin];
    /// Is told of alarms in a browser of their own.
    KeepBrowser: Clinic [Therapist, Prescriber, Coordinator, Admin];
    /// Asks the on-call lead again to answer for this session.
    PageOnCall: Session [Therapist, Coordinator] wide [Coordinator];
    /// Says what became of a text or a call, and hands over what was replied; proven by the provider's signature.
    SpeakForProvider: Public [];
    /// Begins a rehearsal in a drill.
    Rehearse: Session [Therapist, Coordinator] wide [Coordinator];
    /// Reads how rehearsals went.
    ReadRehearsals: Session [Therapist, Prescriber, Coordinator, Admin] wide [Coordinator, Admin];
    /// Confirms that the screen was heard.
    TestScreen: Session [Therapist];

    // care
    /// Writes dose orders.
    OrderDose: Clinic [Prescriber];
    /// Reads dose orders.
    ReadDoseOrders: Clinic [Patient, Therapist, Prescriber];
    /// Reads the dose ledger of a session.
    ReadDoses: Session [Patient, Sitter, Therapist, Prescriber];
    /// Answers instruments.
    AnswerInstrument: Clinic [Patient];
    /// Reads outcomes.
    ReadOutcomes: Clinic [Patient, Therapist, Prescriber];
    /// Writes the journal.
    WriteJournal: Clinic [Patient];
    /// Reads the journal: own, or what was shared.
    ReadJournal: Clinic [Patient, Therapist];
    /// Sees what comes after.
    ReadAftercare: Session [Patient, Therapist, Prescriber];
    /// Answers the next-morning check.
    AnswerMorning: Session [Patient];

    // video
    /// Opens the signalling socket; the ticket in its first message says who it is.
    KnockAtRoom: Public [];
    /// Reads the key that lists of devices are signed with.
    ReadRosterKey: Public [];
    /// Asks for a room ticket.
    EnterRoom: Session [Patient, Sitter, Therapist, Prescriber];
    /// Sees who waits and who is in.
    ReadRoom: Session [Patient, Sitter, Therapist, Prescriber];
    /// Admits and removes people by name.
    AdmitPerson: Session [Therapist];
    /// Reports a device check.
    CheckDevice: Session [Patient, Sitter, Therapist];

    // notify
    /// Reads the demo mailbox.
    ReadMailbox: Clinic [Therapist, Prescriber, Coordinator, Admin];
    /// Sends a test mail.
    SendTestMail: Clinic [Admin];
}
